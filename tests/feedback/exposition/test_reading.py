"""A snapshot is described without the store, read at little cost, and missed without a failure."""

from collections.abc import Callable
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from pymongo import MongoClient, monitoring

from feedback.exposition import families
from feedback.exposition.reader import SnapshotReader
from feedback.store import Store
from harness.cases import Cases, a_case, a_follow_up, a_survey, a_voice, an_answer
from local import ports
from local.stack import Stack
from rollups.collector import SnapshotCollector
from rollups.latest import Latest

Expose = Callable[..., str]


@pytest.fixture
def filled(cases: Cases) -> Cases:
    """Two cases in which somebody has to do something, and three in which nobody has."""
    done = a_follow_up(state="contacted")
    cases.put(
        *(a_case(str(n), answers=(an_answer(1),), follow_ups=(a_follow_up(id=f"f{n}"),)) for n in range(2)),
        a_case("2", answers=(an_answer(1),), follow_ups=(done,)),
        a_case("3", surveys=(a_survey(),)),
        a_case("4", voices=(a_voice(),)),
    )
    return cases


def test_describing_names_every_family_and_asks_no_store(expose: Expose, filled: Cases) -> None:
    def read() -> list[Any]:
        raise AssertionError("the store was asked")

    collector = SnapshotCollector(Latest(read), families.STORE_UP, families.empty)

    described = [family.name for family in collector.describe()]
    assert described == [family.name for family in text_string_to_metric_families(expose())]
    assert all(not family.samples for family in collector.describe())


def test_without_a_store_a_scrape_says_so_and_succeeds() -> None:
    address = f"mongodb://127.0.0.1:{ports.free_port()}/?serverSelectionTimeoutMS=50"
    with MongoClient[dict[str, Any]](address) as away:
        registry = CollectorRegistry()
        latest = Latest(SnapshotReader(Store(away, "nowhere"), 9, {}))
        registry.register(SnapshotCollector(latest, families.STORE_UP, families.empty))

        text = generate_latest(registry).decode()

    assert "helpdesk_feedback_store_up 0.0" in text
    assert "helpdesk_csat" not in text


def test_a_scrape_reads_no_case_that_waits_for_nobody(stack: Stack, database: str, filled: Cases) -> None:
    class Read(monitoring.CommandListener):
        documents = 0

        def started(self, event: monitoring.CommandStartedEvent) -> None: ...

        def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
            if event.command_name == "find" and str(event.reply["cursor"]["ns"]).endswith(".cases"):
                self.documents += len(event.reply["cursor"]["firstBatch"])

        def failed(self, event: monitoring.CommandFailedEvent) -> None: ...

    read = Read()
    with MongoClient[dict[str, Any]](stack.mongo, event_listeners=[read]) as client:
        SnapshotReader(Store(client, database), 9, {})()

    assert read.documents == 2
