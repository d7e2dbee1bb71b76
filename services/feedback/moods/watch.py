"""Watching moods: a thread that compares the last day with the weeks before, every few minutes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

import structlog
from pymongo.client_session import ClientSession
from pymongo.errors import PyMongoError

from alerts.alert import Alert
from alerts.sender import Clock, wall_clock
from events.instants import SECOND
from feedback.moods.change import DAY, DAYS_BEFORE, Group, Sums, changes, summed
from feedback.store import WIDTH, Store
from rollups.amounts import Place
from rollups.store import Nested, flat
from runtime.stop import Stop
from runtime.threads import Threads

LOOK_SECONDS: Final = 300.0
_MEASURES: Final = ("sentiment.answer.all", "csat.answer.all")

Tell = Callable[[Sequence[Alert], ClientSession | None], None]
"""Takes alerts for delivery; one that was ever told changes nothing, so several may watch."""

log = structlog.get_logger()


class Watch(Threads):
    """Tells `tell` what customers say worse than usual, by the aggregates of `store`; `clock` gives µs."""

    def __init__(self, store: Store, tell: Tell, clock: Clock = wall_clock) -> None:
        super().__init__()
        self._store = store
        self._tell = tell
        self._clock = clock
        self._edge: int | None = None
        self._before: Sums = {}

    def turn(self) -> list[Alert]:
        """Look once; gives what was told. Raises PyMongoError."""
        now = self._clock()
        end = now // SECOND + 1
        edge = end - end % WIDTH - DAY // SECOND
        if edge != self._edge:
            # Four weeks of buckets are many, and they hardly change within an hour.
            self._before = self._sums(edge - DAYS_BEFORE * DAY // SECOND, edge)
            self._edge = edge
        found = changes(now, self._sums(edge, end), self._before)
        if found:
            self._tell(found, None)
        return found

    def run(self, stop: Stop) -> None:
        """Look now and again until `stop`."""
        while not stop.is_set():
            try:
                self.turn()
            except PyMongoError as error:
                log.warning("moods not compared: tried again", cause=type(error).__name__)
            stop.wait(LOOK_SECONDS)

    def start(self, stop: Stop) -> None:
        """Look in a thread of its own until `stop`."""
        self.begin({"moods": self.run}, stop)

    def _sums(self, since: int, until: int) -> Sums:
        """The amounts of the buckets in [since, until), in seconds."""
        return summed(_named(self._store.rollups.read(since, until, _MEASURES, {"agent": None})))


def _named(read: Iterator[tuple[Place, Nested]]) -> Iterator[tuple[Group, Mapping[str, int]]]:
    for place, numbers in read:
        source, team, *_ = place.labels
        yield (source or "", team), dict(flat(numbers))
