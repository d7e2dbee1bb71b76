"""What a feedback worker that dies again and again is told, what it has to itself, and what becomes of it."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, Final

import msgspec
from pymongo import MongoClient

from events.codec import encode, key
from events.instants import SECOND, micros
from events.topics import FEEDBACK, TICKETS
from faults import voices
from faults.crashing import nursery
from faults.crashing_cases import POISON, Ledger
from faults.crashing_lives import Lives
from faults.flow import Flow
from feedback.customers import UNSUBSCRIBED
from feedback.store import Store, database_name
from harness.forgetting import erasure
from harness.handling import acted
from harness.partitions import COUNT, partition_of
from harness.parts import broker_of_own
from harness.services import CONTACT_PUBLIC_KEY, environment
from harness.voices import at, facts, said, us
from local import ports
from local.stack import Stack
from privacy.seal import sealer
from streams.publisher import Message, Publisher

Mongo = MongoClient[dict[str, Any]]

CONFIG: Final = """
sources: {acme: {adapter: cloudevents, secrets: [env:DEMO_SECRET]}}
surveys: {csat: {delay: 0s, expires: 14d, cooldown: 7d, languages: [tr, en]}}
feedback: {company: Acme, from: "Acme Destek <destek@acme.example>"}
"""


def chapter(number: int) -> Iterator[Message]:
    """Customers answer, speak, want no more mails and are forgotten; tickets are resolved, and asked about at
    once; and in both topics there is what nobody can read."""
    hour = (micros(datetime.now(UTC)) - us(0)) / (3600 * SECOND)
    seal = sealer(CONTACT_PUBLIC_KEY)
    for partition in range(COUNT):
        subject, customer = _subject(number, partition), _customer(number, partition)
        words = {"text": "rezalet bir hizmet", "channel": "survey", "customer": customer}
        yield _said(said("rated", hour, f"rated-{subject}", subject, survey="csat", score=4))
        yield _said(said("mentioned", hour, f"mention-{subject}", subject, **words))
        yield _said(acted(UNSUBSCRIBED, hour, customer))
        asked = f"asked-{subject}"
        resolved = facts(
            [(hour - 1, hour)],
            ticket=asked,
            requester=_customer(number, partition, 1),
            contact=seal(f"{asked}@example.com"),
        )
        yield Message(TICKETS, key("acme", asked).encode(), msgspec.json.encode(resolved))
        for topic in (FEEDBACK, TICKETS):
            yield Message(topic, key("acme", subject).encode(), POISON)
        if number:
            yield _said(erasure(at(hour), _customer(number - 1, partition)))


def _said(event: Any) -> Message:
    return Message(FEEDBACK, key(event.source, event.subject).encode(), encode(event))


def _subject(number: int, partition: int) -> str:
    names = (f"c{number}.{attempt}" for attempt in count())
    return next(name for name in names if partition_of(name) == partition)


def _customer(number: int, partition: int, which: int = 0) -> str:
    return f"{number:024x}{partition:04x}{which:04x}"


@dataclass
class World(Lives):
    """What customers tell comes to the `store` by way of the `publisher`."""

    ledger: Ledger
    store: Store
    publisher: Publisher

    @contextmanager
    def load(self) -> Iterator[None]:
        """Answers flow as long as the block lasts."""
        with Flow(lambda number: self.publisher.publish([voices.voice(number)], 60), rate=20) as flow:
            yield
            flow.stop()

    def tell(self, number: int) -> None:
        """Have a chapter happen."""
        self.publisher.publish(list(chapter(number)), 60)


@contextmanager
def world(name: str, mongo: Mongo, address: str, database: str, directory: Path) -> Iterator[World]:
    """A world of its own, with the MongoDB at `address`, which `mongo` is a client of."""
    own, called = directory / name, f"{database}-{name}"
    own.mkdir()
    config = own / "deskpulse.yml"
    config.write_text(CONFIG)
    store = Store(mongo, database_name(called))
    with broker_of_own(own) as broker, ExitStack() as parts:
        env = environment(
            Stack(broker.address, address, ()),
            called,
            DESKPULSE_BATCH_SIZE="100",
            DESKPULSE_CONFIG=str(config),
            # Nobody takes mails: letters stay as the worker has left them.
            DESKPULSE_SMTP_URL=f"smtp://127.0.0.1:{ports.free_port()}?starttls=no",
            DESKPULSE_PUBLIC_URL="https://ask.acme.example",
        )
        workers = parts.enter_context(nursery("feedback", env, own))
        ledger = parts.enter_context(closing(Ledger(store, broker.address)))
        publisher = parts.enter_context(closing(Publisher(broker.address)))
        yield World(store.database["positions"], workers, ledger, store, publisher)
    mongo.drop_database(database_name(called))
