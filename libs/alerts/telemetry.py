"""How the sending of alerts fares, as ordinary in-process metrics."""

from collections.abc import Iterable
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge

from alerts.alert import Stage


class Telemetry:
    """Counters and gauges of one sender for `destinations` (names), in `registry`."""

    def __init__(self, registry: CollectorRegistry, destinations: Iterable[str]) -> None:
        self.sent = Counter(
            "helpdesk_alerts_sent_total", "Alerts that arrived, by stage.", ["stage"], registry=registry
        )
        self.failed = Counter(
            "helpdesk_alerts_failed_total",
            "Tries to send alerts that failed.",
            ["destination"],
            registry=registry,
        )
        self.given_up = Counter(
            "helpdesk_alerts_given_up_total",
            "Alerts that never arrived in three days of trying.",
            ["destination"],
            registry=registry,
        )
        self.pending = Gauge(
            "helpdesk_alerts_pending",
            "Alerts that wait to be sent; every worker shows those of all.",
            ["destination"],
            registry=registry,
        )
        for stage in get_args(Stage):
            self.sent.labels(stage)
        for destination in destinations:
            for family in (self.failed, self.given_up, self.pending):
                family.labels(destination)
