"""What workers that die in a course have to themselves, and what becomes of them."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from pymongo import MongoClient
from pymongo.database import Database

from events.topics import EVENTS
from faults.crashing import nursery
from faults.crashing_courses import Course
from faults.crashing_ledger import Ledger
from faults.crashing_lives import Lives
from faults.load import Load, Wire, arrivals, events, message
from faults.promises import PROMISES
from harness.parts import broker_of_own
from harness.receivers import http_receiver
from harness.services import CONFIG, environment
from local.stack import Stack
from metrics.settings import ways
from runtime.config import load as load_config
from streams.publisher import Message, Publisher

Mongo = MongoClient[dict[str, Any]]

_POISON: Final = b'{"specversion":"1.0"}'


@dataclass
class World(Lives):
    """The broker at `bootstrap` and a `database`; all events that were `sent`."""

    course: Course
    mongo: Mongo
    bootstrap: str
    database: Database[dict[str, Any]]
    publisher: Publisher
    sent: list[Wire] = field(default_factory=list, init=False)

    @contextmanager
    def load(self) -> Iterator[None]:
        """Events flow as long as the block lasts."""
        with Load(self.bootstrap, _wires(self.course), rate=20, patience=60) as load:
            yield
            load.stop()
        self.sent += load.wires[: load.published]

    def tell(self, chapter: int) -> None:
        """Have something happen."""
        told = list(self.course.story(chapter))
        self.sent += [wire for wire in told if wire["type"] != "customer.erased"]
        poison = Message(EVENTS, f"acme/poison-{chapter}".encode(), _POISON)
        self.publisher.publish([poison, *map(message, told)], timeout=60)

    def forget_output(self) -> None:
        """As if the topic of facts had been made anew."""
        self.positions.update_many({}, {"$set": {"output_id": ""}})


@contextmanager
def world(course: Course, mongo: Mongo, address: str, database: str, directory: Path) -> Iterator[World]:
    """The world of `course`, with the MongoDB at `address`, which `mongo` is a client of."""
    own, name = directory / course.name, f"{database}-{course.name}"
    own.mkdir()
    config = own / "deskpulse.yml"
    config.write_text(PROMISES if course.promises else CONFIG.read_text())
    with http_receiver() as hook, broker_of_own(own) as broker:
        env = environment(
            Stack(broker.address, address, ()),
            name,
            DESKPULSE_BATCH_SIZE="100",
            DESKPULSE_CONFIG=str(config),
            OPS_HOOK=hook.url,
        )
        with (
            nursery("metrics", env, own) as workers,
            closing(Ledger(mongo, name, broker.address, ways(load_config(config)))) as ledger,
            closing(Publisher(broker.address)) as publisher,
        ):
            positions = mongo[name]["positions"]
            yield World(positions, workers, ledger, course, mongo, broker.address, mongo[name], publisher)
    mongo.drop_database(name)


def _wires(course: Course) -> list[Wire]:
    """More than enough; where something is promised, of the present."""
    seed, count, tickets = course.seed, 20_000, 2000
    if not course.promises:
        return arrivals(events(seed, count, tickets), seed)
    start = datetime.now(UTC) - timedelta(seconds=60)
    return arrivals(events(seed, count, tickets, start, apart=0.05), seed)
