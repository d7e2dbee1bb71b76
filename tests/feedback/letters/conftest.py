"""An office with letters, and a mail server, both of a test's own."""

from collections.abc import Iterator

import pytest
from pymongo import MongoClient

from harness.letters import Office
from harness.mail_server import MailServer, mail_server


@pytest.fixture
def office(mongo: MongoClient[dict[str, object]], database: str) -> Office:
    return Office(mongo, database)


@pytest.fixture
def mails() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server
