"""The collector: one refresh however many scrapes."""

import threading
from collections import Counter
from typing import Any

from flask.testing import FlaskClient
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from pymongo import MongoClient, monitoring

from harness.telling import GROUP, Telling
from local.stack import Stack
from metrics.batch import Ways
from metrics.exposition.collector import TicketCollector
from metrics.exposition.reader import SnapshotReader
from metrics.store import Store
from rollups.latest import Latest
from streams.positions import Positions


class Finds(monitoring.CommandListener):
    """Counts the finds by collection."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        self.counts[event.command.get("find", "")] += 1

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None: ...

    def failed(self, event: monitoring.CommandFailedEvent) -> None: ...


def test_eight_concurrent_scrapes_are_one_refresh(stack: Stack, database: str, telling: Telling) -> None:
    finds, texts, together = Finds(), [], threading.Barrier(8)
    with MongoClient[dict[str, Any]](stack.mongo, event_listeners=[finds]) as client:
        store = Store(client[database])
        registry = CollectorRegistry()
        registry.register(
            TicketCollector(
                Latest(SnapshotReader(store, Positions(store.database, GROUP), 9, Ways(3600)), lambda: 0.0)
            )
        )
        assert not finds.counts

        def one() -> None:
            together.wait(timeout=10)
            texts.append(generate_latest(registry))

        threads = [threading.Thread(target=one) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=30)

    assert finds.counts["totals"] == 1
    assert len(texts) == 8
    assert len(set(texts)) == 1


def test_describing_names_every_family_and_asks_no_store(web: FlaskClient, telling: Telling) -> None:
    def read() -> list[Any]:
        raise AssertionError("the store was asked")

    collector = TicketCollector(Latest(read))

    described = {family.name for family in collector.describe()}

    shown = {family.name for family in text_string_to_metric_families(web.get("/metrics").text)}
    assert described == shown
    assert all(not family.samples for family in collector.describe())
