"""The parts that a measurement stands on: a broker and a MongoDB of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pymongo import MongoClient

from harness.parts import Broker, Mongod, broker_of_own, mongod_of_own, stack_of
from local.stack import Stack
from streams.publisher import Message, Publisher

Mongo = MongoClient[dict[str, Any]]
_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Parts:
    """Started parts, empty but for the topics, and a client of MongoDB; `directory` is for files and logs."""

    broker: Broker
    mongod: Mongod
    mongo: Mongo
    directory: Path

    @property
    def stack(self) -> Stack:
        """The addresses."""
        return stack_of(self.broker, self.mongod)

    @property
    def kafka(self) -> str:
        """The broker's address."""
        return self.broker.address

    def groups(self, **services: int) -> dict[str, int]:
        """The process groups of `services` and of both parts, for `usage.spent`."""
        parts = {"mongod": self.mongod.child.process.pid, "broker": self.broker.child.process.pid}
        return {**services, **parts}

    def publish(self, messages: list[Message]) -> None:
        """Put `messages` on the broker as fast as it takes them."""
        publisher = Publisher(self.kafka)
        for start in range(0, len(messages), _AT_ONCE):
            publisher.publish(messages[start : start + _AT_ONCE], timeout=60)
        publisher.close()


@contextmanager
def new_parts(directory: Path) -> Iterator[Parts]:
    """Parts that end with the block."""
    directory.mkdir()
    with (
        broker_of_own(directory) as broker,
        mongod_of_own(directory) as mongod,
        MongoClient[dict[str, Any]](mongod.address) as mongo,
    ):
        yield Parts(broker, mongod, mongo, directory)
