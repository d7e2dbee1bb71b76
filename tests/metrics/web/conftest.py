"""The metrics web app over the session's MongoDB, and a worker's handler that fills it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from flask.testing import FlaskClient
from pymongo import MongoClient

from harness.telling import GROUP, Telling
from local.stack import Stack
from metrics.batch import Ways
from metrics.settings import Settings
from metrics.wsgi import build
from runtime.environment import Addresses

TOKEN = "the-token"
HASH_KEY = b"the-hash-key"

Replica = Callable[..., FlaskClient]


@pytest.fixture
def telling(mongo: MongoClient[dict[str, object]], database: str) -> Telling:
    """What tells events to the worker's handler."""
    return Telling(mongo, database)


@pytest.fixture
def replica(stack: Stack, database: str) -> Iterator[Replica]:
    """Makes a web app (a replica) as the service does, and gives a client that bears its token."""
    with ExitStack() as closing:

        def make(
            label_values: int = 100, mongo: str | None = None, hash_key: bytes | None = HASH_KEY
        ) -> FlaskClient:
            where = Addresses(kafka="", mongo=mongo or stack.mongo, database=database)
            settings = Settings(where, (TOKEN, "another"), Ways(3600), label_values, hash_key)
            app, close = build(settings, GROUP)
            closing.callback(close)
            client = app.test_client()
            client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {TOKEN}"
            return client

        yield make


@pytest.fixture
def web(replica: Replica) -> FlaskClient:
    """One replica."""
    return replica()
