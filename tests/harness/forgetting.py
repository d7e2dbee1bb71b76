"""A worker of the feedback service without Kafka: batches go into its handlers as the consumer would."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import bson
import msgspec
from pymongo import MongoClient
from pymongo.client_session import ClientSession

from events import codec
from events.codec import key
from events.facts import TicketFacts
from events.feedback import CustomerErased, FeedbackEvent
from feedback.cases.case import Case
from feedback.config import FollowUps
from feedback.letters.box import LetterBox
from feedback.settling import Settler, Ways
from feedback.store import Store
from feedback.worker import FeedbackHandler, TicketsHandler
from streams.batch import Batch, Record

HER, HIM = "a1" * 16, "b2" * 16
"""Two customers, by their pseudonyms."""


def erasure(at: datetime, customer: str = HER) -> CustomerErased:
    """`customer` is forgotten up to `at`."""
    name = f"erased:{customer}:{at.isoformat()}"
    return CustomerErased(specversion="1.0", id=name, source="deskpulse", subject=customer, time=at)


class Worker:
    """Takes facts and events into the database `name`, at the moment `now` (µs)."""

    def __init__(self, client: MongoClient[Any], name: str, now: int) -> None:
        self.store = Store(client, name)
        self.store.prepare()
        self.box = LetterBox(self.store.database)
        self.box.prepare()
        self.alerts: list[Any] = []
        ways = Ways({}, FollowUps(), b"key", lambda _: None, lambda: "id")
        settler = Settler(self.store, ways, self.box, lambda alerts, _: self.alerts.extend(alerts))
        self._tickets = TicketsHandler(self.store, settler, lambda: now)
        self._feedback = FeedbackHandler(self.store, settler, lambda: now, dict)

    def tell(self, *told: FeedbackEvent | TicketFacts) -> None:
        """Process `told`, each in a transaction of its own, in this order."""
        for one in told:
            self.tell_at_once([one])

    def tell_at_once(self, told: Sequence[FeedbackEvent | TicketFacts]) -> None:
        """Process `told`, all of one kind, as one batch."""
        handler = self._tickets if isinstance(told[0], TicketFacts) else self._feedback

        def work(session: ClientSession) -> None:
            outcome = handler.process(Batch("t", 0, [_record(n, one) for n, one in enumerate(told)]), session)
            assert not outcome.dead

        self.store.transact(work)

    def case(self, subject: str, source: str = "acme") -> Case:
        """The case of this name."""
        return self.store.cases([key(source, subject)])[key(source, subject)]

    def documents(self, *names: str) -> dict[str, list[Any]]:
        """All that the collections `names` hold, in order."""
        return {name: list(self.store.database[name].find().sort("_id")) for name in names}

    def stored_bytes(self, but: Iterable[str] = ()) -> bytes:
        """Everything that the database holds, except the collections `but`."""
        names = set(self.store.database.list_collection_names()) - set(but)
        return b"".join(bson.encode(d) for name in sorted(names) for d in self.store.database[name].find())


def _record(offset: int, one: FeedbackEvent | TicketFacts) -> Record:
    value = msgspec.json.encode(one) if isinstance(one, TicketFacts) else codec.encode(one)
    return Record(offset, 0, b"key", value)
