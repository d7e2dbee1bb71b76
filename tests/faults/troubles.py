"""What a network does to the parts at its ends, and how a trial goes through it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from threading import Event
from typing import Final

from faults.trials import Trial, Try
from harness.network import Link
from harness.wait import until
from local.stack import Stack

GoesOn = Callable[[], object]
"""Returns once work has visibly gone on since it was called."""


@dataclass(frozen=True)
class Part:
    """A part at the far end of a link; a service finds it by its environment's `variable`.

    `commit` is in the requests whose lost answer could be taken for a lost request, `amid` in those after
    which the part holds something open; anything is, where they are empty. `silence` (s): for how long it is
    out of reach. `deliberate`: it may take minutes for an answer, so an answer that got lost is noticed only
    where the connection is lost with it.
    """

    name: str
    variable: str
    commit: bytes = b""
    amid: bytes = b""
    silence: float = 5.0
    deliberate: bool = False

    def address(self, stack: Stack) -> str:
        """Where it is in `stack`."""
        return stack.mongo if self.variable == MONGODB.variable else stack.kafka


MONGODB: Final = Part(
    "MongoDB",
    "MONGODB_URI",
    commit=b"commitTransaction",
    # The last write of a batch: its transaction locks all that the batch has touched.
    amid=b"update\x00\n\x00\x00\x00positions\x00",
    # So long that who gives up can't tell it, either, that it gives up.
    silence=16,
)
KAFKA: Final = Part("Kafka", "KAFKA_BOOTSTRAP_SERVERS")


@dataclass(frozen=True)
class Trouble:
    """`row` of the table of faults, and how it is done to a part, `tries` times."""

    row: str
    tries: int
    happen: Callable[[Link, Part, GoesOn], None]

    def fault(self, ends: str) -> str:
        """Its name between `ends`."""
        return f"{self.row} between {ends}"

    def put_through(self, trial: Trial, link: Link, part: Part, goes_on: GoesOn, tries: int) -> None:
        """Do it `tries` times to `part` behind `link`, and each time wait until work goes on by itself."""
        for _ in range(tries):
            goes_on()
            self.happen(link, part, goes_on)
            trial.over()
            goes_on()
            trial.recovered()


def _cut(link: Link, _part: Part, _goes_on: GoesOn) -> None:
    with link.cut():
        Event().wait(1)


def _dropped(link: Link, part: Part, _goes_on: GoesOn) -> None:
    with _vanished(link, part.amid), link.cut(silently=True):
        Event().wait(part.silence)


def _unanswered(link: Link, part: Part, _goes_on: GoesOn) -> None:
    with _vanished(link, part.commit), ExitStack() as also:
        if part.deliberate:
            also.enter_context(link.cut())


def _slow(link: Link, _part: Part, goes_on: GoesOn) -> None:
    with link.slow(delay=0.2, rate=50_000):
        goes_on()


@contextmanager
def _vanished(link: Link, request: bytes) -> Iterator[None]:
    """From the moment on when a `request` has come through and its answer has not."""
    before = link.vanished
    with link.half_open(request):
        until(lambda: link.vanished > before, 60, "an answer to vanish")
        yield


TROUBLES: Final = {
    "cut": Trouble("the network cut", 3, _cut),
    "dropped": Trouble("packets dropped", 2, _dropped),
    "unanswered": Trouble("answers that never arrive", 2, _unanswered),
    "slow": Trouble("a slow network", 2, _slow),
}


class Troubles:
    """A trial for each of TROUBLES, all over one load."""

    def __init__(self, trials: dict[str, Trial]) -> None:
        self._trials = trials

    def happen_to(self, link: Link, part: Part, goes_on: GoesOn) -> None:
        """Do each to `part` behind `link`, once less often than where it is alone."""
        for kind, trial in self._trials.items():
            trouble = TROUBLES[kind]
            trouble.put_through(trial, link, part, goes_on, trouble.tries - 1)

    def judge(self, lost: int, doubled: int) -> None:
        """As Trial.judge: what came of all of them together."""
        for trial in self._trials.values():
            trial.judge(lost, doubled)


@contextmanager
def go_through_all(try_fault: Try, ends: str, seed: int) -> Iterator[Troubles]:
    """Trials of everything that a network between `ends` does."""
    with ExitStack() as trials:
        yield Troubles(
            {
                kind: trials.enter_context(try_fault(trouble.fault(ends), seed=seed))
                for kind, trouble in TROUBLES.items()
            }
        )
