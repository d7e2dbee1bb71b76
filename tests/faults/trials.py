"""What a fault was tried for: how often, what it cost, and how long until work went on."""

import statistics
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, field
from time import monotonic
from typing import Any, Final

from pymongo import MongoClient

from faults import check
from harness import oracle

PROPERTY: Final = "fault trial"
"""Under this name a test's report carries its trials, also from another process of the test run."""


@dataclass
class Trial:
    """One fault, tried `tries` times under load with what came of `seed` and at `step` of the work.

    `lost` are events that were sent and never counted, `doubled` is by how much any count is too high; None
    until somebody has looked. `recoveries` are the seconds from the end of each fault (the part is back; a
    killed process is dead) until work went on.
    """

    fault: str
    seed: int
    step: str = ""
    tries: int = 0
    lost: int | None = None
    doubled: int | None = None
    recoveries: list[float] = field(default_factory=list)
    _over: float | None = None

    def over(self) -> None:
        """The fault has been done to its end: from here on the seconds of the recovery count."""
        self.tries += 1
        self._over = monotonic()

    def recovered(self) -> None:
        """Work goes on again."""
        assert self._over is not None, "call over() when the fault ends"
        self.recoveries.append(monotonic() - self._over)
        self._over = None

    def judge(self, lost: int, doubled: int) -> None:
        """Remember what was lost and doubled, and fail if anything was."""
        self.lost, self.doubled = lost, doubled
        assert (lost, doubled) == (0, 0), f"{lost} lost, {doubled} doubled"

    def assert_exact(
        self, mongo: MongoClient[dict[str, Any]], bootstrap: str, database: str, sent: Iterable[oracle.Wire]
    ) -> None:
        """Everything of `sent` is counted once, and all that check.assert_exact asks."""
        sent = list(sent)
        self.judge(*check.losses(mongo, database, sent))
        check.assert_exact(mongo, bootstrap, database, sent)


Try = Callable[..., AbstractContextManager[Trial]]
"""The fixture `try_fault`: `try_fault("a worker killed", seed=1, step="before the commit")` is a trial as
long as its block lasts."""


@contextmanager
def trying(fault: str, seed: int, step: str, report: Callable[[dict[str, Any]], None]) -> Iterator[Trial]:
    """A trial, given to `report` at its end; an error in it says how to have the same again."""
    trial = Trial(fault, seed, step)
    try:
        yield trial
    except BaseException as error:
        error.add_note(f"the fault: {fault!r}, seed {seed}, step {trial.step!r}, try {trial.tries}")
        raise
    finally:
        report({name: value for name, value in asdict(trial).items() if not name.startswith("_")})


def table(trials: Iterable[dict[str, Any]]) -> list[str]:
    """Lines of a table in Markdown, a row for each fault; "?" where a trial ended before anybody looked."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for trial in trials:
        rows.setdefault(trial["fault"], []).append(trial)
    head = ["| fault | tried | lost | doubled | seconds to recover: median, most |", "|---|---|---|---|---|"]
    return head + [_row(fault, those) for fault, those in rows.items()]


def _row(fault: str, trials: list[dict[str, Any]]) -> str:
    def total(name: str) -> str:
        numbers = [trial[name] for trial in trials]
        return "?" if None in numbers else f"{sum(numbers)}"

    seconds = [each for trial in trials for each in trial["recoveries"]]
    recovery = f"{statistics.median(seconds):.1f}, {max(seconds):.1f}" if seconds else "–"
    return f"| {fault} | {total('tries')} | {total('lost')} | {total('doubled')} | {recovery} |"
