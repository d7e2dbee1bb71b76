"""An ingest that spools under webhooks: when that ends, how long posts took, and what became of them."""

from collections.abc import Iterable
from math import inf

from faults.trials import Trial
from faults.webhooks import Helpdesk, assert_in_order_and_once
from harness import wait
from harness.services import RunningService


def await_log(ingest: RunningService, words: str, count: int = 1, seconds: float = 60) -> None:
    """Return once it has written `words` so often."""
    wait.until(lambda: ingest.written().count(f'"{words}"') >= count, seconds, f"{words} in the log")


def judge(trial: Trial, accepted: Iterable[str], found: dict[str, list[str]]) -> None:
    """What was `accepted` is among what was `found` on the topic, and nothing there twice."""
    arrived = [name for names in found.values() for name in names]
    trial.judge(len({*accepted} - {*arrived}), len(arrived) - len({*arrived}))
    assert_in_order_and_once(found)


def firsts(found: dict[str, list[str]]) -> dict[str, list[str]]:
    """The first arrivals in `found`. What a producer had in hand as ingest ended may arrive once more; its
    identity makes that harmless."""
    return {ticket: list(dict.fromkeys(names)) for ticket, names in found.items()}


class Window:
    """The answers to what was posted in [since, until) (monotonic): `rate` (a second), and how many seconds
    nine of ten (`decile`) and all of them (`most`) took at most."""

    def __init__(self, helpdesk: Helpdesk, since: float, until: float = inf) -> None:
        answers = helpdesk.answers.copy().values()
        seconds = sorted(took for began, _, took in answers if since <= began < until)
        self.rate = len(seconds) / (until - since)
        self.decile, self.most = seconds[len(seconds) * 9 // 10], seconds[-1]
