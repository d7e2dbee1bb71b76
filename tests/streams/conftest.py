"""Readers, closed when the test ends."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from pymongo import MongoClient

from harness.recorder import Reader, Recorder
from streams.publisher import Message, Publisher


@pytest.fixture
def recorder(mongo: MongoClient[dict[str, Any]], database: str) -> Recorder:
    """A handler over this test's database."""
    return Recorder(mongo, database)


@pytest.fixture
def reader(
    mongo: MongoClient[dict[str, Any]], database: str, recorder: Recorder
) -> Iterator[Callable[..., Reader]]:
    """Makes readers at the broker with a given address, of a given group, with a given output topic."""
    with ExitStack() as closing:

        def make(bootstrap: str, group: str = "a", output: str | None = None) -> Reader:
            made = Reader(bootstrap, mongo, database, recorder, group, output)
            closing.callback(made.close)
            return made

        yield make


@pytest.fixture
def publish() -> Callable[[str, str, list[str]], None]:
    """Publishes values to a topic of the broker with a given address, each under itself as the key."""

    def to(bootstrap: str, topic: str, values: list[str]) -> None:
        publisher = Publisher(bootstrap)
        publisher.publish([Message(topic, value.encode(), value.encode()) for value in values])
        publisher.close()

    return to
