"""An outbox in a database of the test's own."""

import pytest
from pymongo import MongoClient

from alerts.outbox import Outbox
from alerts.routes import Routing
from harness.alerting import Office, Open


@pytest.fixture
def open_office(mongo: MongoClient[dict[str, object]], database: str) -> Open:
    """Opens an office over the test's own database, under a routing."""

    def opened(routing: Routing) -> Office:
        outbox = Outbox(mongo[database], routing)
        outbox.prepare()
        return Office(outbox, routing, mongo[database]["alerts"])

    return opened
