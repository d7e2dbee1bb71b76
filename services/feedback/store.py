"""Cases, customers and their aggregates in MongoDB, in a database of the service's own.

`cases` holds one document per case: the case as JSON, and the few fields that are searched for. Whoever
changes a case reads and writes it in one transaction, together with what the aggregates need for it; two who
change the same case at the same time meet in MongoDB, and one of them begins again.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import msgspec
from pymongo import ASCENDING, DESCENDING, MongoClient, ReplaceOne
from pymongo.client_session import ClientSession
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from feedback.cases.case import Case
from feedback.cases.counting import contributions, counted
from feedback.cases.customer import Customer
from feedback.cases.due import next_due
from feedback.follow_ups.places import places
from feedback.forgetting.ageing import oldest_name, oldest_words
from feedback.forgetting.destructions import Destructions
from feedback.scores.answers import LABELS
from rollups.amounts import Amounts
from rollups.collections import ensure_collections
from rollups.store import RollupStore

WIDTH: Final = 3600
"""The width of the aggregates' buckets, in seconds."""
_COLLECTIONS: Final = (
    "cases",
    "customers",
    "destructions",
    "letters",
    "models",
    "positions",
    "rollups",
    "settings",
    "totals",
)
AGEING: Final[dict[str, Callable[[Case], int | None]]] = {
    "words_from": oldest_words,
    "names_from": oldest_name,
}
"""Fields of a case's document by which retention finds it: the moment (µs) of the oldest that is kept."""
_encode: Final = msgspec.json.encode
_decode: Final = msgspec.json.Decoder(Case).decode

_Result = TypeVar("_Result")

Client = MongoClient[dict[str, Any]]
Edit = Callable[[Case], Case]


@dataclass(frozen=True, slots=True)
class Change:
    """A case before (None: there was none) and after."""

    old: Case | None
    new: Case


def database_name(of_deployment: str) -> str:
    """The database of the feedback service: its own, because what customers say is nobody else's."""
    return f"{of_deployment}-feedback"


class Store:
    """What the feedback service keeps, in the database `name` that `client` reaches; outside transactions
    read with `concern`."""

    def __init__(self, client: Client, name: str, concern: ReadConcern | None = None) -> None:
        self.client = client
        self.database = client.get_database(name, read_concern=concern)
        self._cases = self.database["cases"]
        self._customers = self.database["customers"]
        self.totals = RollupStore(self.database["totals"], LABELS[:-1])
        self.rollups = RollupStore(self.database["rollups"], LABELS)

    def prepare(self) -> None:
        """Make collections and indexes: a transaction can't wait for them."""
        ensure_collections(self.database, _COLLECTIONS)
        self._cases.create_index(
            [("owner", ASCENDING), ("next_due", ASCENDING)],
            partialFilterExpression={"next_due": {"$gt": 0}},
            name="due",
        )
        self._cases.create_index("surveys")
        self._cases.create_index("people")
        self._cases.create_index([("said_at", DESCENDING), ("_id", ASCENDING)], sparse=True, name="said")
        self._cases.create_index("follow_ups", sparse=True)
        self._cases.create_index([("loop.state", ASCENDING), ("loop.due_at", ASCENDING)], sparse=True)
        self._cases.create_index(
            "follow_up_due", partialFilterExpression={"follow_up_due": {"$gt": 0}}, name="follow_up_due"
        )
        for name in AGEING:
            self._cases.create_index(name, sparse=True)
        Destructions(self.database).prepare()
        self.rollups.prepare()

    def cases(self, keys: Iterable[str], session: ClientSession | None = None) -> dict[str, Case]:
        """The stored cases among `keys`, by key."""
        return self._found({"_id": {"$in": list(keys)}}, session)

    def with_survey(self, survey_id: str) -> Case | None:
        """The case whose survey is `survey_id`."""
        return next(iter(self._found({"surveys": survey_id}).values()), None)

    def with_follow_up(self, follow_up_id: str) -> Case | None:
        """The case whose follow-up is `follow_up_id`."""
        return next(iter(self._found({"follow_ups": follow_up_id}).values()), None)

    def about(self, people: Iterable[str], session: ClientSession | None = None) -> dict[str, Case]:
        """The cases that are about any of `people` (pseudonyms), by key."""
        return self._found({"people": {"$in": list(people)}}, session)

    def due(self, owner: str, now: int, most: int, session: ClientSession) -> dict[str, Case]:
        """At most `most` cases of `owner` in which something falls due up to `now` (µs), by key."""
        return self._found({"owner": owner, "next_due": {"$gt": 0, "$lte": now}}, session, most)

    def next_due(self, owner: str) -> int | None:
        """When (µs) something falls due next in a case of `owner`, None while nothing will."""
        found = self._cases.find_one(
            {"owner": owner, "next_due": {"$gt": 0}}, {"next_due": 1}, sort=[("next_due", ASCENDING)]
        )
        return None if found is None else found["next_due"]

    def write(self, changes: Sequence[Change], shard: int, session: ClientSession) -> None:
        """Write all `changes`, and what the aggregates and totals need for them, in the transaction of
        `session`. Writers with another `shard` write other documents of the aggregates."""
        rollups: Amounts = {}
        totals: Amounts = {}
        documents = []
        for change in changes:
            new = counted(change.new, totals)
            contributions(new, WIDTH, 1, rollups)
            if change.old is not None:
                contributions(change.old, WIDTH, -1, rollups)
            documents.append(_document(new))
        if documents:
            operations = [ReplaceOne({"_id": d["_id"]}, d, upsert=True) for d in documents]
            self._cases.bulk_write(operations, ordered=False, session=session)
        self.rollups.apply(rollups, shard, session)
        self.totals.apply(totals, shard, session)

    def edit(self, key: str, edit: Edit, shard: int) -> Case | None:
        """Change the case `key` as `edit` says, in a transaction of its own, begun again where somebody else
        changed it meanwhile; gives what it has become, None where there is no such case."""

        def change(session: ClientSession) -> Case | None:
            old = self.cases([key], session).get(key)
            if old is None:
                return None
            new = edit(old)
            if new != old:
                self.write([Change(old, new)], shard, session)
            return new

        return self.transact(change)

    def transact(self, work: Callable[[ClientSession], _Result]) -> _Result:
        """Do `work` in a transaction, begun again while what fails may pass."""
        with self.client.start_session() as session:
            return session.with_transaction(work, ReadConcern("snapshot"), WriteConcern("majority"))

    def customers(self, ids: Iterable[str], session: ClientSession | None = None) -> dict[str, Customer]:
        """The known customers among `ids` (pseudonyms), by id."""
        found = self._customers.find({"_id": {"$in": list(ids)}}, session=session)
        return {d["_id"]: msgspec.convert({"id": d.pop("_id"), **d}, Customer) for d in found}

    def save_customers(self, customers: Sequence[Customer], session: ClientSession) -> None:
        """Write `customers`, in the transaction of `session`."""
        documents = [msgspec.to_builtins(customer) for customer in customers]
        operations = [ReplaceOne({"_id": d["id"]}, {"_id": d.pop("id"), **d}, upsert=True) for d in documents]
        if operations:
            self._customers.bulk_write(operations, ordered=False, session=session)

    def count_cases(self) -> int:
        """How many cases there are, about."""
        return self._cases.estimated_document_count()

    def _found(
        self, query: dict[str, Any], session: ClientSession | None = None, most: int = 0
    ) -> dict[str, Case]:
        found = self._cases.find(query, {"case": 1}, session=session, batch_size=5000, limit=most)
        return {document["_id"]: _decode(document["case"]) for document in found}


def _document(case: Case) -> dict[str, Any]:
    said = [answer.latest.at for answer in case.answers if answer.latest.comment]
    said += [voice.at for voice in case.voices if voice.text]
    document: dict[str, Any] = {
        "_id": case.key,
        "owner": case.owner,
        "next_due": next_due(case),
        "surveys": [survey.id for survey in case.surveys],
        "people": sorted(case.people()),
        "case": _encode(case).decode(),
    }
    if said:
        document["said_at"] = max(said)
    document |= {name: at for name, oldest in AGEING.items() if (at := oldest(case)) is not None}
    if waiting := [one.id for one in case.follow_ups]:
        document["follow_ups"] = waiting
        document["loop"] = places(case)
        document["follow_up_due"] = min(
            (f.due_at for f in case.follow_ups if f.state == "open"), default=None
        )
    return document
