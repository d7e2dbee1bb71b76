"""The main job on real input: a help desk's log, imported, folded, and asked for its figures.

The real log is another's and stays where it is: its test runs where `shared/` stands beside the checkout.
A small invented log in the same shape is always there.
"""

import csv
import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from pymongo import MongoClient

from faults import check
from harness.parts import new_broker
from harness.services import API_TOKEN, environment, metrics, worker
from local.stack import Stack
from main_job import independent
from metrics.transitions import COUNTERS
from rollups.store import flat

ROOT = Path(__file__).parents[2]
MAPPING = ROOT / "examples/mappings/helpdesk-log.yml"
REAL = ROOT.parent / "shared/data/helpdesk/helpdesk.csv"
OWN = ROOT / "tests/fixtures/helpdesk-log.csv"

Mongo = MongoClient[dict[str, Any]]


@dataclass
class Imported:
    """What a log has become: each ticket's state as stored, all aggregates, the totals as first known."""

    states: dict[str, str]
    aggregates: dict[Any, dict[str, int]]
    totals: Counter[str]


def imported(
    log: Path, stack: Stack, mongo: Mongo, database: str, directory: Path, times: int = 1, **more: str
) -> Imported:
    """`log` imported `times` times over a broker of its own and folded by the worker."""
    directory.mkdir(exist_ok=True)
    with own_broker(directory) as kafka:
        env = environment(stack, database, KAFKA_BOOTSTRAP_SERVERS=kafka, **more)
        command = [sys.executable, "-m", "ingest", "import", str(log), "--mapping", str(MAPPING)]
        for _ in range(times):
            done = subprocess.run(
                command, cwd=directory, env=env, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stderr
        with worker(env, directory):
            check.await_all_processed(mongo, kafka, database)
    totals: Counter[str] = Counter()
    for document in mongo[database]["totals"].find():
        for name, value in flat(document["n"]):
            if name.startswith("restated."):
                totals["restated"] += value
            elif name in COUNTERS:
                totals[name] += value
    return Imported(
        {d["_id"]: d["state"] for d in mongo[database]["tickets"].find()},
        check.aggregates(mongo, database),
        totals,
    )


@contextmanager
def own_broker(directory: Path) -> Iterator[str]:
    """A broker without a past."""
    queue = new_broker(directory)
    queue.start()
    try:
        yield queue.address
    finally:
        queue.child.stop()


def report(url: str, measure: str, **query: str) -> list[dict[str, Any]]:
    """The rows of a report."""
    request = Request(f"{url}/api/v1/reports/{measure}?{urlencode(query)}")
    request.add_header("Authorization", f"Bearer {API_TOKEN}")
    with urlopen(request, timeout=30) as answer:
        rows: list[dict[str, Any]] = json.load(answer)["rows"]
    return rows


@pytest.mark.skipif(not REAL.exists(), reason="the real log stands only beside our own checkouts")
def test_the_real_log_gives_the_reference_figures_to_the_digit(
    stack: Stack, mongo: Mongo, database: str, tmp_path: Path
) -> None:
    first = imported(REAL, stack, mongo, database, tmp_path / "once")

    with metrics(environment(stack, database), tmp_path) as web:
        full = report(web.url(), "full_resolution")[0]
        response = report(web.url(), "first_response")[0]
        months = report(web.url(), "volume", interval="month", tz="Europe/Rome")
        reopens = report(web.url(), "reopens")[0]
        backlog = report(web.url(), "backlog")[0]
    assert (full["count"], round(full["mean"], 3)) == (4568, 995_546.793)
    assert full["p50"] == pytest.approx(571_084.5, rel=0.01)
    assert (response["count"], round(response["mean"], 3)) == (4211, 357_512.915)
    assert response["p50"] == pytest.approx(62_207, rel=0.01)
    created = {row["from"][:7]: row["created"] for row in months}
    assert (created["2011-10"], created["2012-07"], sum(created.values())) == (155, 216, 4580)
    assert reopens["reopens"] == 161
    assert sum(len(json.loads(state)["cycles"]) > 1 for state in first.states.values()) == 152
    assert backlog["backlog"] == 12


@pytest.mark.parametrize("log", [OWN, REAL], ids=["own", "real"])
def test_order_and_duplicates_of_the_rows_change_no_fact_and_no_aggregate(
    log: Path, stack: Stack, mongo: Mongo, database: str, tmp_path: Path
) -> None:
    if not log.exists():
        pytest.skip("the real log stands only beside our own checkouts")
    header, *rows = csv.reader(log.read_text(encoding="utf-8").splitlines())
    rng = random.Random(1)
    shuffled = [*rows, *rng.sample(rows, len(rows) // 10)]
    rng.shuffle(shuffled)

    plain = imported(log, stack, mongo, database, tmp_path / "plain")
    for name, order in (("reversed", rows[::-1]), ("shuffled", shuffled)):
        file = tmp_path / f"{name}.csv"
        with file.open("w", newline="", encoding="utf-8") as out:
            csv.writer(out).writerows([header, *order])
        other = imported(file, stack, mongo, f"{database}-{name}", tmp_path / name)
        mongo.drop_database(f"{database}-{name}")

        assert other.states == plain.states
        assert other.aggregates == plain.aggregates
        print(f"\n{log.name} {name}: totals as first known {other.totals}, in order {plain.totals}")


def test_a_second_import_changes_nothing(stack: Stack, mongo: Mongo, database: str, tmp_path: Path) -> None:
    once = imported(OWN, stack, mongo, database, tmp_path / "once")
    twice = imported(OWN, stack, mongo, f"{database}-twice", tmp_path / "twice", times=2)
    mongo.drop_database(f"{database}-twice")

    assert twice == once


@pytest.mark.parametrize("log", [OWN, REAL], ids=["own", "real"])
def test_promises_in_business_hours_are_those_of_an_independent_script(
    log: Path, stack: Stack, mongo: Mongo, database: str, tmp_path: Path
) -> None:
    if not log.exists():
        pytest.skip("the real log stands only beside our own checkouts")
    rules = str(Path(__file__).with_name("sla.yml"))
    imported(log, stack, mongo, database, tmp_path / "sla", DESKPULSE_CONFIG=rules)

    expected = independent.figures(log, datetime.now(UTC))

    with metrics(environment(stack, database, DESKPULSE_CONFIG=rules), tmp_path) as web:
        for target in ("first_response", "resolution"):
            attained = report(web.url(), "attainment", target=target)[0]
            assert (attained["met"], attained["breached"]) == (
                expected["met"][target],
                expected["breached"][target],
            )
        for measure in ("first_response", "full_resolution"):
            row = report(web.url(), measure, clock="business")[0]
            wanted = expected[measure]
            print(f"\n{log.name} {measure} in business hours: {row}")
            assert row["count"] == wanted["count"]
            assert row["mean"] == pytest.approx(wanted["mean"], abs=1e-3)
            for name in ("p50", "p75", "p90", "p95", "p99"):
                assert row[name] == pytest.approx(wanted[name], rel=0.01, abs=1e-6)
    print(f"attained: {expected['met']}, broken: {expected['breached']}")
