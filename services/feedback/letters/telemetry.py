"""How the sending of surveys fares, as ordinary in-process metrics."""

from typing import Final, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge

from feedback.letters.letter import How

_COUNTERS: Final = {
    "sent": "Survey letters that are over and sent, by way; those of which nobody knows included.",
    "failed": "Tries to send a survey letter that surely failed, by way.",
    "uncertain": "Tries to send a survey letter whose answer was lost, by way.",
    "undeliverable": "Survey letters that never reach their customer, by way: refused for good, or expired.",
}


class Telemetry:
    """Counters and a gauge of one process's couriers, in `registry`."""

    def __init__(self, registry: CollectorRegistry) -> None:
        made = {
            name: Counter(f"helpdesk_survey_letters_{name}_total", text, ["how"], registry=registry)
            for name, text in _COUNTERS.items()
        }
        self.sent = made["sent"]
        self.failed = made["failed"]
        self.uncertain = made["uncertain"]
        self.undeliverable = made["undeliverable"]
        self.waiting = Gauge(
            "helpdesk_survey_letters_waiting",
            "Survey letters that wait to be sent; every worker shows those of all.",
            registry=registry,
        )
        for how in get_args(How):
            for counter in made.values():
                counter.labels(how)
