"""The record of what was destroyed, and how much of it: kept for three years, as the regulation on erasure,
destruction and anonymisation of personal data of 28.10.2017 asks for.

It names nobody but by pseudonym, which is what has to be known to go on obeying.
"""

from collections.abc import Iterable, Mapping, Set
from datetime import datetime, timedelta
from typing import Any, Final, Literal, NamedTuple

from msgspec import Struct
from pymongo import DESCENDING
from pymongo.client_session import ClientSession
from pymongo.database import Database

from events.codec import key
from events.feedback import CustomerErased
from events.instants import micros, moment

KEPT: Final = timedelta(days=3 * 366)

Counts = Mapping[str, int]
"""What was destroyed → how many: cases, surveys, answers, voices, follow_ups, customers."""


class Destruction(Struct, kw_only=True, frozen=True):
    """`what` was done at `at`: `erasure`, of what the customer with `pseudonyms` was and said up to `until`,
    as the event called `id` asked for; `retention`, by the passing of time."""

    id: str
    at: datetime
    what: Literal["erasure", "retention"]
    until: datetime | None
    pseudonyms: list[str]
    destroyed: dict[str, int]


class Place(NamedTuple):
    """How far a reader has come: past what was destroyed at `at` (µs) under the id `id`."""

    at: int
    id: str


class Destructions:
    """The record in `database`."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._collection = database["destructions"]

    def prepare(self) -> None:
        """Make the indexes: a transaction can't wait for them."""
        self._collection.create_index("at", expireAfterSeconds=int(KEPT.total_seconds()), name="kept")
        self._collection.create_index([("us", DESCENDING), ("_id", DESCENDING)], name="latest")
        self._collection.create_index("pseudonyms")

    def erased(
        self, event: CustomerErased, pseudonyms: Set[str], destroyed: Counts, now: int, session: ClientSession
    ) -> None:
        """Note in the transaction of `session` what `event` destroyed `now` (µs); what it destroys when it is
        told again is added."""
        until = micros(event.time)
        entry = key(event.source, event.id), "erasure"
        self._add(entry, now, until, sorted(pseudonyms), destroyed, session)

    def aged(self, now: int, destroyed: Counts) -> None:
        """Note that the passing of time destroyed something `now` (µs)."""
        if any(destroyed.values()):
            self._add((f"retention:{now}", "retention"), now, None, [], destroyed, None)

    def latest(self, limit: int, after: Place | None = None) -> list[Destruction]:
        """The newest `limit` entries that come after `after`, the newest first."""
        query: dict[str, Any] = {}
        if after is not None:
            query = {"$or": [{"us": {"$lt": after.at}}, {"us": after.at, "_id": {"$lt": after.id}}]}
        found = self._collection.find(query).sort([("us", DESCENDING), ("_id", DESCENDING)]).limit(limit)
        return [_entry(document) for document in found]

    def of(self, pseudonyms: Iterable[str]) -> list[Destruction]:
        """The entries about a customer with any of `pseudonyms`, the newest first."""
        found = self._collection.find({"pseudonyms": {"$in": list(pseudonyms)}})
        return [_entry(d) for d in found.sort([("us", DESCENDING), ("_id", DESCENDING)])]

    def _add(
        self,
        entry: tuple[str, str],
        now: int,
        until: int | None,
        pseudonyms: list[str],
        destroyed: Counts,
        session: ClientSession | None,
    ) -> None:
        name, what = entry
        self._collection.update_one(
            {"_id": name},
            {
                "$setOnInsert": {"at": moment(now), "us": now, "what": what, "until": until},
                "$addToSet": {"pseudonyms": {"$each": pseudonyms}},
                "$inc": {f"destroyed.{part}": count for part, count in destroyed.items()},
            },
            upsert=True,
            session=session,
        )


def place_of(destruction: Destruction) -> Place:
    """Where `destruction` stands in the record."""
    return Place(micros(destruction.at), destruction.id)


def _entry(document: dict[str, Any]) -> Destruction:
    until = document["until"]
    return Destruction(
        id=document["_id"],
        at=moment(document["us"]),
        what=document["what"],
        until=None if until is None else moment(until),
        pseudonyms=document["pseudonyms"],
        destroyed=document["destroyed"],
    )
