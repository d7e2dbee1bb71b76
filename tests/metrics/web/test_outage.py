"""What is served while MongoDB is really away."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from pymongo import MongoClient

from harness.machine import stalls
from harness.processes import standing_still
from harness.telling import GROUP, Telling, created
from harness.wait import until
from local import ports
from local import stack as stacks
from local.process import Child
from metrics.batch import Ways
from metrics.exposition.collector import TicketCollector
from metrics.exposition.reader import SnapshotReader
from metrics.settings import Settings
from metrics.store import Store
from metrics.wsgi import build
from rollups.latest import FRESH, KEPT, RETRY, Latest
from runtime.environment import Addresses
from streams.positions import Positions

CREATED = "helpdesk_tickets_created_total{"
TOKEN = {"Authorization": "Bearer t"}


class Clock:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def mongod(tmp_path: Path) -> Iterator[tuple[Child, str]]:
    """A MongoDB of this test's own, as process and address."""
    away = {"KAFKA_BOOTSTRAP_SERVERS": "not-started:1"}
    with stacks.running(tmp_path, away, mongo_port=ports.free_port(), kafka_port=0) as stack:
        yield stack.children[0], stack.mongo


def tell(address: str) -> None:
    with MongoClient[dict[str, Any]](address) as client:
        Telling(client, "own").tell(created("1", "2026-11-01T09:00:00Z"))


def exposed(client: MongoClient[dict[str, Any]], clock: Clock) -> CollectorRegistry:
    store = Store(client["own"])
    registry = CollectorRegistry()
    reader = SnapshotReader(store, Positions(store.database, GROUP), 9, Ways(3600))
    registry.register(TicketCollector(Latest(reader, clock)))
    return registry


def test_the_last_snapshot_is_shown_for_ten_minutes_and_then_only_that_the_store_is_down(
    mongod: tuple[Child, str],
) -> None:
    child, address = mongod
    tell(address)
    clock = Clock()
    with MongoClient[dict[str, Any]](address, serverSelectionTimeoutMS=500) as client:
        until(lambda: client.primary, 30, "MongoDB to be found")
        registry = exposed(client, clock)
        up = generate_latest(registry).decode()
        child.kill()
        clock.now += KEPT - 1
        kept = generate_latest(registry).decode()
        clock.now += 2
        gone = generate_latest(registry).decode()

    assert "helpdesk_store_up 1.0" in up
    assert kept == up.replace("helpdesk_store_up 1.0", "helpdesk_store_up 0.0")
    assert CREATED in kept
    assert gone.splitlines()[2:] == ["helpdesk_store_up 0.0"]


def test_a_store_that_never_answered_is_all_that_is_said(mongod: tuple[Child, str]) -> None:
    child, address = mongod
    child.kill()
    with MongoClient[dict[str, Any]](address, serverSelectionTimeoutMS=300) as client:
        text = generate_latest(exposed(client, Clock())).decode()

    assert [line for line in text.splitlines() if not line.startswith("#")] == ["helpdesk_store_up 0.0"]


def test_a_failed_refresh_is_not_tried_again_at_once_and_later_it_is(
    mongod: tuple[Child, str], tmp_path: Path
) -> None:
    child, address = mongod
    tell(address)
    clock = Clock()
    with MongoClient[dict[str, Any]](address, serverSelectionTimeoutMS=1000) as client:
        registry = exposed(client, clock)
        generate_latest(registry)
        with standing_still(child.process.pid):
            clock.now += FRESH
            generate_latest(registry)
            clock.now += RETRY - 1
            with stalls(tmp_path) as machine:
                started = time.monotonic()
                text = generate_latest(registry).decode()
                assert time.monotonic() - started < 0.5 + machine.worst
        assert "helpdesk_store_up 0.0" in text

        def is_up() -> bool:
            clock.now += RETRY
            return "helpdesk_store_up 1.0" in generate_latest(registry).decode()

        until(is_up, 30, "the store to be up again")


def test_a_mongodb_that_hangs_makes_no_scrape_longer_than_five_seconds(
    mongod: tuple[Child, str],
) -> None:
    child, address = mongod
    tell(address)
    settings = Settings(Addresses("", address, "own"), ("t",), Ways(3600), 9)
    app, close = build(settings, GROUP)
    web = app.test_client()
    try:
        assert web.get("/readyz").status_code == 200
        with standing_still(child.process.pid):
            started = time.monotonic()
            scrape = web.get("/metrics")
            assert time.monotonic() - started < 5
            assert scrape.status_code == 200
            assert "helpdesk_store_up 0.0" in scrape.text
            unready = web.get("/readyz")
            assert unready.status_code == 503
            assert "MongoDB" in unready.text
            assert web.get("/healthz").status_code == 200
    finally:
        close()


def test_the_api_answers_503_while_mongodb_is_gone(mongod: tuple[Child, str]) -> None:
    child, address = mongod
    tell(address)
    app, close = build(Settings(Addresses("", address, "own"), ("t",), Ways(3600), 9), GROUP)
    web = app.test_client()
    try:
        child.kill()
        for path in ("/api/v1/tickets/acme/1", "/api/v1/reports/volume"):
            started = time.monotonic()
            answer = web.get(path, headers=TOKEN)
            assert time.monotonic() - started < 5
            assert answer.status_code == 503
            assert answer.content_type == "application/problem+json"
            assert answer.headers["Retry-After"] == "5"
    finally:
        close()
