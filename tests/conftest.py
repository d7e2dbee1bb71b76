"""The real parts, for every test that asks for them."""

import os
import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest
from pymongo import MongoClient

from events.topics import TOPICS
from feedback.store import database_name
from local import broker as brokers
from local import ports
from local import stack as stacks
from local.stack import Stack
from streams.topics import ensure_topics


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """MongoDB and a broker for the whole run: embedded, or those that the environment names."""
    directory = tmp_path_factory.mktemp("stack")
    chosen = {"mongo_port": ports.free_port(), "kafka_port": ports.free_port()}
    with stacks.running(directory, os.environ, **chosen) as running:
        yield running


@pytest.fixture(scope="session")
def mongo(stack: Stack) -> Iterator[MongoClient[dict[str, object]]]:
    """A client of the session's MongoDB."""
    with MongoClient[dict[str, object]](stack.mongo) as client:
        yield client


@pytest.fixture
def database(mongo: MongoClient[dict[str, object]]) -> Iterator[str]:
    """The name of a database that is this test's own and empty; it is dropped afterwards, and so is that of
    the feedback service beside it."""
    name = f"test-{uuid.uuid4().hex[:12]}"
    yield name
    mongo.drop_database(name)
    mongo.drop_database(database_name(name))


@pytest.fixture
def broker(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The session's MongoDB with a broker of this test's own, its topics there and empty."""
    port = ports.free_port()
    child = brokers.start(tmp_path_factory.mktemp("broker") / "broker.log", port)
    try:
        brokers.await_open(child, port)
        own = replace(stack, kafka=brokers.bootstrap(port), children=(*stack.children, child))
        ensure_topics(own.kafka, TOPICS, partitions=4)
        yield own
    finally:
        child.stop()
