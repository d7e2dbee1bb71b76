"""A registry over cases in the session's MongoDB."""

from collections.abc import Callable
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from pymongo import MongoClient

from feedback.exposition import families
from feedback.exposition.reader import SnapshotReader
from feedback.scores.measures import Question
from harness.cases import Cases
from harness.scraping import Samples, samples
from rollups.collector import SnapshotCollector
from rollups.latest import Latest

QUESTIONS = {"csat": Question("csat", 5), "loyalty": Question("nps", 10), "stars": Question("csat", 10)}

Scrape = Callable[..., Samples]


@pytest.fixture
def cases(mongo: MongoClient[dict[str, Any]], database: str) -> Cases:
    """What cases are written to."""
    return Cases(mongo, database)


@pytest.fixture
def expose(cases: Cases) -> Callable[..., str]:
    """What a new replica shows, in the text format."""

    def show(cap: int = 100) -> str:
        registry = CollectorRegistry()
        latest = Latest(SnapshotReader(cases.store, cap, QUESTIONS))
        registry.register(SnapshotCollector(latest, families.STORE_UP, families.empty))
        return generate_latest(registry).decode()

    return show


@pytest.fixture
def scrape(expose: Callable[..., str]) -> Scrape:
    """The same, as values by name and labels."""
    return lambda cap=100: samples(expose(cap))
