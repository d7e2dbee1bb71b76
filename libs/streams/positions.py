"""How far a group has read each partition, kept in MongoDB beside what the reading changed.

A position moves only from the value that its reader expects, inside the transaction that holds everything
a batch changes: who lost the partition in the meantime changes nothing.
"""

from typing import Any, Final

from msgspec import Struct, convert, to_builtins
from msgspec.structs import replace
from pymongo import DESCENDING
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from runtime.shapes import prepared
from streams.batch import Batch, Outcome

HELD: Final = "held"
"""A field that, while set, keeps every position where it is: a command rebuilds what is behind it."""


_FENCE: Final = ("topic_id", "offset", "elapsed", "session")
"""What a reader must know of a position to move it: who takes a partition over changes its session before it
reads anything, and the passing of time leaves the offset as it is."""


def turn_back(database: Database[dict[str, Any]], session: ClientSession) -> None:
    """Have the transactions of all positions in `database` that are under way fail, or this one of `session`:
    whichever is later begins again and sees what the other did."""
    database["positions"].update_many({}, {"$inc": {"turned_back": 1}}, session=session)


class Fenced(Exception):
    """Another reader moved the position, or a command holds it: forget the batch and start from the store."""


@prepared
class Position(Struct, kw_only=True, frozen=True):
    """`offset` is the next to be read of the topic with the id `topic_id`.

    `pending` names what the last batch changed and may not have been published yet;
    `newest` is the time of the newest event so far, `elapsed` the moment up to which what changes by the
    passing of time has been done (both µs since the epoch). `output_id` is the id of the topic that the
    partition was last published to as a whole, "" before that. `session` names the store's session that its
    reader works in (hexadecimal).
    """

    topic: str
    partition: int
    topic_id: str
    offset: int
    pending: list[str] = []
    newest: int | None = None
    elapsed: int = 0
    output_id: str = ""
    session: str = ""


def after(position: Position, batch: Batch, outcome: Outcome) -> Position:
    """Where to go on once `batch`, which began at `position`, has come to `outcome`."""
    known = [time for time in (position.newest, outcome.newest) if time is not None]
    return replace(
        position,
        offset=batch.records[-1].offset + 1,
        pending=outcome.pending,
        newest=max(known, default=None),
    )


class Positions:
    """The positions of one group."""

    def __init__(self, database: Database[dict[str, Any]], group: str) -> None:
        self._collection = database["positions"]
        self._group = group

    def load(self, topic: str, partition: int) -> Position | None:
        """The stored position, None before the first batch."""
        found = self._collection.find_one({"_id": self._id(topic, partition)}, {"_id": 0, HELD: 0})
        return None if found is None else convert(found, Position)

    def newest(self) -> int | None:
        """The time of the newest event that the group has processed (µs since the epoch), None before any."""
        of_group = {"_id": {"$gte": f"{self._group}/", "$lt": f"{self._group}0"}, "newest": {"$ne": None}}
        found = self._collection.find_one(of_group, {"newest": 1}, sort=[("newest", DESCENDING)])
        return None if found is None else found["newest"]

    def start(self, position: Position) -> None:
        """Store the first `position` of a partition. Raises Fenced when somebody else just did."""
        try:
            self._collection.insert_one(
                {"_id": self._id(position.topic, position.partition), **to_builtins(position)}
            )
        except DuplicateKeyError:
            raise Fenced(f"{position.topic}/{position.partition} was started by another reader") from None

    def move(self, expected: Position, to: Position, session: ClientSession | None = None) -> None:
        """Move from `expected` to `to`. Raises Fenced where the store holds another position."""
        believed = {name: _stored(getattr(expected, name)) for name in _FENCE}
        moved = self._collection.replace_one(
            {"_id": self._id(expected.topic, expected.partition), **believed, HELD: None},
            to_builtins(to),
            session=session,
        )
        if moved.matched_count != 1:
            raise Fenced(f"{expected.topic}/{expected.partition} is no longer at {expected.offset}")

    def _id(self, topic: str, partition: int) -> str:
        return f"{self._group}/{topic}/{partition}"


def _stored(value: str | int) -> Any:
    """What matches `value`: older versions stored nothing where there was nothing."""
    return value or {"$in": [value, None]}
