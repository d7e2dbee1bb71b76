"""The feedback worker's handlers in real transactions, without a broker."""

from collections.abc import Callable, Sequence
from itertools import count
from typing import Any, TypeVar

import msgspec
from prometheus_client import CollectorRegistry
from pymongo import MongoClient
from pymongo.client_session import ClientSession
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from events import codec
from events.facts import TicketFacts
from events.feedback import Act, CustomerActed
from feedback.cases.case import Case
from feedback.config import FollowUps, questionnaires
from feedback.letters.box import Claim, LetterBox
from feedback.letters.ledger import Ledger
from feedback.letters.telemetry import Telemetry
from feedback.settling import Settler, Ways
from feedback.store import Store
from feedback.worker import FeedbackHandler, TicketsHandler
from harness.voices import at, facts, us
from privacy.pseudonym import customer_hash
from streams.batch import Batch, Outcome, Record

_Result = TypeVar("_Result")

HASH_KEY = b"key"
HER = "a1" * 16
ADDRESS = "ayse@example.org"
PSEUDONYM = customer_hash(ADDRESS, HASH_KEY)
SURVEYS = {"csat": {"delay": "24h", "reminder": "3d"}}
DUE = us(26)


def acted(kind: str, hours: float, customer: str) -> CustomerActed:
    """What `customer` (a pseudonym) did so many hours after START."""
    return CustomerActed(
        specversion="1.0",
        id=f"{kind}:{customer}:{hours}",
        source="deskpulse",
        subject="acts",
        time=at(hours),
        data=Act(customer=customer, kind=kind),
    )


class Handling:
    """Both handlers over the database `name`. `now` (µs) is what they take for the time; an address is
    sealed as itself."""

    def __init__(self, client: MongoClient[Any], name: str, surveys: Any, now: int) -> None:
        self.now = now
        self.alerts: list[Any] = []
        self._client = client
        self._ids = count(1)
        self.store = Store(client, name)
        self.store.prepare()
        self.box = LetterBox(self.store.database)
        self.box.prepare()
        self.configure(surveys)

    def configure(self, surveys: Any) -> None:
        """As if the worker were started anew with this section of the configuration."""
        known = questionnaires(surveys, "mail")
        ways = Ways(known, FollowUps(), HASH_KEY, lambda text: text, lambda: f"s{next(self._ids)}")
        settler = Settler(self.store, ways, self.box, lambda alerts, _: self.alerts.extend(alerts))
        self.tickets = TicketsHandler(self.store, settler, lambda: self.now)
        self.feedback = FeedbackHandler(self.store, settler, lambda: self.now, dict)

    def restart_ids(self) -> None:
        """Name surveys from s1 on again."""
        self._ids = count(1)

    def tell(self, *told: Any, partition: int = 0) -> None:
        """Process `told`, each in a transaction of its own."""
        for one in told:
            assert not self.batch(one, partition=partition).dead

    def tell_in_batches(self, told: Sequence[Any], size: int) -> None:
        """Process `told` (all of one kind) as batches of `size` at most."""
        for start in range(0, len(told), size):
            assert not self.batch(*told[start : start + size]).dead

    def batch(self, *told: Any, partition: int = 0) -> Outcome:
        """Process `told` (facts, or events, or bytes for the feedback topic) as one batch."""
        handler = self.tickets if isinstance(told[0], TicketFacts) else self.feedback
        records = [Record(offset, 0, b"key", _encoded(one)) for offset, one in enumerate(told)]
        return self.transact(lambda session: handler.process(Batch("t", partition, records), session))

    def facts(self, *values: bytes) -> Outcome:
        """Process what came by the tickets topic as one batch."""
        records = [Record(offset, 0, b"key", value) for offset, value in enumerate(values)]
        return self.transact(lambda session: self.tickets.process(Batch("t", 0, records), session))

    def elapse(self, now: int, partition: int = 0) -> None:
        """Do what is due `now` (µs) in a partition of tickets, until nothing is."""
        self.now = now
        for _ in range(10):
            if not self.tickets.is_due(partition, now):
                return
            self.transact(lambda session: self.tickets.elapse(partition, now, session))
        raise AssertionError("what is due stays due")

    def courier_notes(self, claim: Claim) -> None:
        """Have the courier note that a letter was sent at DUE."""
        Ledger(self.store, self.box, Telemetry(CollectorRegistry()), lambda: DUE).sent(claim, DUE)

    def transact(self, work: Callable[[ClientSession], _Result]) -> _Result:
        """Do `work` as the consumer does: once."""
        with (
            self._client.start_session() as session,
            session.start_transaction(ReadConcern("snapshot"), WriteConcern("majority")),
        ):
            return work(session)

    def case(self, subject: str = "7") -> Case:
        """The case of a ticket."""
        return self.store.cases([f"acme/{subject}"])[f"acme/{subject}"]

    def states(self, *subjects: str) -> list[str]:
        """What has become of the surveys of tickets: their states, or why they are withheld."""
        return [s.reason or s.state for subject in subjects for s in self.case(subject).surveys]

    def letters(self) -> dict[str, str]:
        """The state of each letter."""
        return {d["_id"]: d["state"] for d in self.store.database["letters"].find()}

    def everything(self) -> dict[str, list[Any]]:
        """All documents, by collection."""
        database = self.store.database
        return {name: list(database[name].find().sort("_id")) for name in database.list_collection_names()}


def _encoded(one: Any) -> bytes:
    if isinstance(one, bytes):
        return one
    return msgspec.json.encode(one) if isinstance(one, TicketFacts) else codec.encode(one)


def resolved(ticket: str = "7", **fields: Any) -> TicketFacts:
    """The facts of a ticket of hers that was resolved two hours after START."""
    return facts([(0, 2)], ticket=ticket, **({"requester": HER, "contact": ADDRESS} | fields))


def ask(worker: Handling) -> None:
    """Ticket 7 is resolved, and its survey is in the outbox."""
    worker.tell(resolved())
    worker.elapse(DUE)
    assert worker.states("7") == ["ready"]


def send(worker: Handling) -> None:
    """The same, and the mail has reached her, as the courier notes it."""
    ask(worker)
    claim = worker.box.claim("mail", DUE)
    assert claim is not None
    assert worker.box.mark(claim, DUE)
    worker.courier_notes(claim)
    assert worker.states("7") == ["sent"]
