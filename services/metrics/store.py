"""Tickets and their events in MongoDB.

`events` holds every distinct event once, under its identity; `tickets` one document per ticket; `erased` up
to when which customers are erased, and `erased_requesters` up to when a requester of which ticket.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from pymongo import ASCENDING, ReplaceOne, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.database import Database

from events.codec import decode_ticket_event
from events.types import TicketEvent
from metrics.contributions import LABELS
from metrics.documents import READ, event_document, ticket, ticket_document
from metrics.moments import Moments
from metrics.records import Row, StoredEvent, Ticket
from rollups.collections import ensure_collections
from rollups.store import RollupStore
from runtime.environment import ConfigInvalid

_REBUILD: Final = "stop the workers and run python -m metrics rebuild"

_COLLECTIONS: Final = (
    "tickets",
    "events",
    "totals",
    "rollups",
    "positions",
    "settings",
    "erased",
    "erased_requesters",
)

Database_ = Database[dict[str, Any]]


class Store:
    """The collections of the metrics service in `database`."""

    def __init__(self, database: Database_) -> None:
        self.database = database
        self._tickets = database["tickets"]
        self._events = database["events"]
        self.erased = Moments(database["erased"])
        self.erased_requesters = Moments(database["erased_requesters"])
        self.totals = RollupStore(database["totals"], LABELS[:-1])
        self.rollups = RollupStore(database["rollups"], LABELS)

    def prepare(self) -> None:
        """Make collections and indexes: a transaction can't wait for them."""
        ensure_collections(self.database, _COLLECTIONS)
        self._events.create_index("ticket")
        self._tickets.create_index("partition")
        self._tickets.create_index("customers", sparse=True)
        self._tickets.create_index(
            [("source", ASCENDING), ("team", ASCENDING), ("created_at", ASCENDING)],
            partialFilterExpression={"unresolved": True},
            name="unresolved",
        )
        self._tickets.create_index(
            [("partition", ASCENDING), ("next_deadline", ASCENDING)],
            partialFilterExpression={"next_deadline": {"$gt": 0}},
            name="deadlines",
        )
        self._tickets.create_index(
            [("urgency", ASCENDING), ("_id", ASCENDING)],
            partialFilterExpression={"urgency": {"$gt": 0}},
            name="urgency",
        )
        self.rollups.prepare()

    def revisions(self, identities: Sequence[str], session: ClientSession) -> dict[str, int]:
        """Those of `identities` that are stored, with the revision they are stored at."""
        found = self._events.find(
            {"_id": {"$in": list(identities)}}, {"revision": 1}, session=session, batch_size=10_000
        )
        return {document["_id"]: document.get("revision", 0) for document in found}

    def tickets(self, keys: Iterable[str], session: ClientSession | None = None) -> dict[str, Ticket]:
        """The stored tickets among `keys`, by key."""
        found = self._tickets.find(
            {"_id": {"$in": list(keys)}},
            READ,
            session=session,
            batch_size=10_000,
        )
        return {d["_id"]: ticket(d) for d in found}

    def due(self, partition: int, now: int, most: int, session: ClientSession) -> dict[str, Ticket]:
        """At most `most` tickets of `partition` whose clocks change by themselves before or at `now` (µs)."""
        found = self._tickets.find(
            {"partition": partition, "next_deadline": {"$lte": now}}, READ, session=session, limit=most
        )
        return {d["_id"]: ticket(d) for d in found}

    def promised(
        self, where: Mapping[str, Any], after: tuple[int, str] | None, limit: int
    ) -> list[tuple[int, str, Ticket]]:
        """At most `limit` tickets with a running promise whose labels fit `where`, the most urgent first, as
        (urgency, key, ticket); `after` the urgency and key of the last that is known already."""
        query: dict[str, Any] = {"urgency": {"$gt": 0}, **where}
        if after is not None:
            urgency, name = after
            query["$or"] = [{"urgency": {"$gt": urgency}}, {"urgency": urgency, "_id": {"$gt": name}}]
        found = self._tickets.find(query, {**READ, "urgency": 1})
        found = found.sort([("urgency", ASCENDING), ("_id", ASCENDING)]).limit(limit)
        return [(d["urgency"], d["_id"], ticket(d)) for d in found]

    def next_deadline(self, partition: int) -> int | None:
        """When (µs) the first clock of `partition` changes by itself, None while none can."""
        found = self._tickets.find_one(
            {"partition": partition, "next_deadline": {"$gt": 0}},
            {"next_deadline": 1},
            sort=[("next_deadline", ASCENDING)],
        )
        return None if found is None else found["next_deadline"]

    def events(
        self, keys: Sequence[str], session: ClientSession | None = None
    ) -> dict[str, dict[str, TicketEvent]]:
        """All stored events of the tickets `keys`: key → identity → event."""
        histories: dict[str, dict[str, TicketEvent]] = {}
        found = self._events.find({"ticket": {"$in": list(keys)}}, session=session, batch_size=10_000)
        for document in found:
            event = decode_ticket_event(document["event"])
            histories.setdefault(document["ticket"], {})[document["_id"]] = event
        return histories

    def save(
        self,
        partition: int,
        events: Sequence[StoredEvent],
        tickets: Sequence[Row],
        session: ClientSession | None,
    ) -> None:
        """Write new or restated `events`, and `tickets`."""
        new = [event_document(event) for event in events if not event.revision]
        if new:
            self._events.insert_many(new, ordered=False, session=session)
        for event in events:
            if event.revision:
                self._events.replace_one(
                    {"_id": event.identity}, event_document(event), upsert=True, session=session
                )
        if tickets:
            documents = (ticket_document(partition, row) for row in tickets)
            self._tickets.bulk_write(
                [ReplaceOne({"_id": d["_id"]}, d, upsert=True) for d in documents],
                ordered=False,
                session=session,
            )

    def rewrite(self, events: Mapping[str, bytes], session: ClientSession) -> None:
        """Put other bytes in the place of those of stored `events` (identity → bytes)."""
        if events:
            self._events.bulk_write(
                [UpdateOne({"_id": name}, {"$set": {"event": raw}}) for name, raw in events.items()],
                ordered=False,
                session=session,
            )

    def known_to(self, customers: Iterable[str], session: ClientSession | None = None) -> list[str]:
        """The keys of the tickets whose events name any of `customers` (keyed hashes)."""
        found = self._tickets.find({"customers": {"$in": list(customers)}}, {"_id": 1}, session=session)
        return [document["_id"] for document in found]

    def of_partition(self, partition: int, most: int) -> Iterator[list[Ticket]]:
        """All tickets of `partition`, `most` at a time."""
        found = self._tickets.find({"partition": partition}, READ, batch_size=most)
        while some := [ticket(d) for d in islice(found, most)]:
            yield some

    def elsewhere(self, partition: int, keys: Sequence[str]) -> set[str]:
        """The keys among `keys` of tickets that belong to another partition."""
        found = self._tickets.find({"_id": {"$in": list(keys)}, "partition": {"$ne": partition}}, {"_id": 1})
        return {document["_id"] for document in found}

    def placed_tickets(
        self, keys: Sequence[str], session: ClientSession | None = None
    ) -> dict[str, tuple[int, Ticket]]:
        """The stored tickets among `keys` with the partition that each belongs to, by key."""
        found = self._tickets.find(
            {"_id": {"$in": list(keys)}}, {**READ, "partition": 1}, session=session, batch_size=10_000
        )
        return {d["_id"]: (d["partition"], ticket(d)) for d in found}

    def all_events(self, session: ClientSession | None = None) -> Iterator[tuple[str, bytes]]:
        """Every event as (ticket key, bytes), those of one ticket together."""
        found = self._events.find({}, {"_id": 0, "ticket": 1, "event": 1}, session=session, batch_size=5000)
        for document in found.sort("ticket", ASCENDING).hint("ticket_1"):
            yield document["ticket"], document["event"]

    def bucket_width(self, session: ClientSession | None = None) -> int | None:
        """The width in seconds of the buckets that the aggregates are kept in, None before the first."""
        found = self.database["settings"].find_one({"_id": "rollups"}, session=session)
        return None if found is None else found["width"]

    def require_counting(self, width: int, rules: str, session: ClientSession | None = None) -> None:
        """Raise ConfigInvalid where tickets are counted in buckets of another `width` (seconds) or under
        other `rules` (their fingerprint): what is stored could no longer be taken back exactly."""
        kept = self.database["settings"].find_one({"_id": "rollups"}, session=session)
        if kept is None:
            return
        if kept["width"] != width:
            raise ConfigInvalid(
                f"metrics.bucket is {width} s, but the aggregates are kept by {kept['width']} s: {_REBUILD}"
            )
        if kept["rules"] != rules:
            raise ConfigInvalid(
                f"policies, calendars or public holidays have changed since tickets were counted: {_REBUILD}"
            )

    def set_counting(self, width: int, rules: str) -> None:
        """Note how tickets are counted from now on; see `require_counting`."""
        self.database["settings"].replace_one(
            {"_id": "rollups"}, {"width": width, "rules": rules}, upsert=True
        )

    def forget_tickets_without_events(self) -> None:
        """Delete the tickets that no stored event speaks of."""
        its_events = {
            "from": "events",
            "localField": "_id",
            "foreignField": "ticket",
            "pipeline": [{"$limit": 1}, {"$project": {"_id": 1}}],
            "as": "events",
        }
        found = self._tickets.aggregate(
            [{"$project": {"_id": 1}}, {"$lookup": its_events}, {"$match": {"events": []}}]
        )
        self._tickets.delete_many({"_id": {"$in": [document["_id"] for document in found]}})

    def count_tickets(self, session: ClientSession | None = None) -> int:
        """How many tickets there are."""
        found = list(self._tickets.aggregate([{"$count": "tickets"}], session=session))
        return int(found[0]["tickets"]) if found else 0

    def oldest_unresolved(self, source: str, team: str | None) -> int | None:
        """When the oldest unresolved ticket of `source` and `team` was created (µs), if there is one."""
        found = self._tickets.find_one(
            {"unresolved": True, "source": source, "team": team},
            {"created_at": 1},
            sort=[("created_at", ASCENDING)],
        )
        return None if found is None else found["created_at"]
