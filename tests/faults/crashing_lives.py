"""Workers that die one after the other at one broker and one database, and what is done about each death."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from pymongo.collection import Collection

from faults.crashing import Life, Nursery
from streams.positions import HELD


class Ledger(Protocol):
    """What must hold at every moment between two workers."""

    def verify(self) -> None:
        """Raise AssertionError where anything doesn't fit."""


@dataclass
class Lives:
    """`positions` are where the workers have read to; `effects` is all that the dead have come to."""

    positions: Collection[dict[str, Any]]
    nursery: Nursery
    ledger: Ledger
    effects: set[str] = field(default_factory=set, init=False)
    _expired: int = field(default=0, init=False)

    def start(self, point: str = "", nth: int = 1) -> Life:
        """A worker that dies when it comes to `point` for the `nth` time."""
        return self.nursery.start(f"{self._expired}-", point, nth)

    @contextmanager
    def held(self) -> Iterator[None]:
        """No position moves."""
        self.positions.update_many({}, {"$set": {HELD: True}})
        yield
        self.positions.update_many({}, {"$unset": {HELD: ""}})

    def end(self, life: Life) -> None:
        """Have `life` leave as it should."""
        life.ask_to_stop()
        assert self.nursery.await_death(life, 30) == 0
        self.bury(life)
        self.expire()

    def bury(self, life: Life) -> None:
        """Everything must fit as it is, now that `life` is over."""
        self.effects |= {moment.partition(" ")[2] for moment in life.moments()}
        self.ledger.verify()

    def expire(self) -> None:
        """As if the seconds had gone by that the sessions in the groups last: the next worker finds nobody.

        It joins groups of other names. To take the dead out of theirs is no way: some have died amid a join,
        and the embedded broker may wait for ever for the word of a leader that is gone. How far they have
        read is in `positions` alone, whatever a group's name at the broker.
        """
        self._expired += 1
