"""A broker that forgets: all tickets' facts come to its new topic, not only those that change."""

from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from pymongo import MongoClient

from events.topics import TICKETS
from faults import check
from faults.load import Load, events
from faults.trials import Try
from harness.parts import Broker, broker_of_own
from harness.services import CONFIG, environment, worker
from harness.wait import until
from local.stack import Stack
from metrics.settings import ways
from metrics.store import Store
from metrics.worker import TicketHandler
from runtime.config import load

pytestmark = pytest.mark.fault

Mongo = MongoClient[dict[str, Any]]
SEED, COUNT, TICKETS_AT_ONCE = 41, 4000, 1200


def stored(mongo: Mongo, database: str) -> dict[bytes, bytes]:
    """The facts of every ticket as the store has them."""
    store = Store(mongo[database])
    handler = TicketHandler(store, ways(load(CONFIG)))
    keys = [document["_id"] for document in mongo[database]["tickets"].find({}, {"_id": 1})]
    return {m.key: m.value for m in handler.republish(keys) if m.topic == TICKETS}


def on_topic(own: Broker) -> dict[bytes, bytes]:
    """The last message of every ticket."""
    return {record.key: record.value for record in check.published(own.address, TICKETS)}


@pytest.mark.parametrize("survives", [True, False], ids=["the worker lives on", "the worker dies too"])
def test_every_tickets_facts_are_on_the_new_topic_as_the_store_has_them(
    survives: bool, stack: Stack, mongo: Mongo, database: str, tmp_path: Path, try_fault: Try
) -> None:
    distinct = events(SEED, COUNT, TICKETS_AT_ONCE)
    with (
        broker_of_own(tmp_path) as own,
        try_fault("a broker that comes back empty, facts published anew", seed=SEED) as trial,
    ):
        env = environment(Stack(own.address, stack.mongo, ()), database)
        with worker(env, tmp_path) as first:
            with Load(own.address, distinct, rate=20_000) as traffic:
                traffic.join()
            check.await_all_processed(mongo, own.address, database)
            until(lambda: on_topic(own) == stored(mongo, database), 30, "all facts on the first broker")
            assert len(on_topic(own)) > 1000

            own.kill()
            if not survives:
                first.kill()
            own.start_empty()
            trial.over()
            # A worker that lives is about to change that.
            assert survives or on_topic(own) == {}
            if survives:
                until(lambda: on_topic(own) == stored(mongo, database), 60, "all facts on the second broker")
                with urlopen(first.url("/healthz"), timeout=5) as answer:
                    assert answer.status == 200
                trial.recovered()
        if not survives:
            with worker(env, tmp_path):
                until(lambda: on_topic(own) == stored(mongo, database), 60, "all facts on the second broker")
            trial.recovered()
        trial.judge(*check.losses(mongo, database, distinct))
