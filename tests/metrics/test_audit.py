"""The audit: what it finds, what a rebuild repairs, and workers that wait meanwhile."""

import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from pymongo import MongoClient

from faults import check, load
from faults.load import Load
from harness import oracle
from harness.partitions import Partitions, numbers
from harness.scraping import samples, value
from harness.services import CONFIG, RunningService, environment, worker
from harness.wait import until
from local.stack import Stack
from metrics import audit
from metrics.batch import Ways
from streams.positions import HELD

Mongo = MongoClient[dict[str, Any]]

EVENTS = load.events(31, 150, 25)


@pytest.fixture
def partitions(mongo: Mongo, database: str) -> Partitions:
    """A store that has processed EVENTS."""
    filled = Partitions(mongo, database)
    filled.tell(*EVENTS)
    return filled


def verify(mongo: Mongo, partitions: Partitions, width: int = 3600) -> list[str]:
    with mongo.start_session(snapshot=True) as session:
        return audit.verify(partitions.store, Ways(width), session, lambda _: None)


def command(name: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """`python -m metrics NAME`."""
    arguments = [sys.executable, "-m", "metrics", name]
    return subprocess.run(arguments, env=env, capture_output=True, text=True, timeout=60, check=False)


def with_bucket(width: str, directory: Path) -> str:
    """A configuration file with another bucket width."""
    path = directory / f"deskpulse-{width}.yml"
    path.write_text(f"{CONFIG.read_text()}\nmetrics: {{bucket: {width}}}\n")
    return str(path)


def tamper_with_an_aggregate(mongo: Mongo, database: str) -> None:
    found = mongo[database]["rollups"].find_one({"n.created": {"$gt": 0}})
    assert found
    mongo[database]["rollups"].update_one({"_id": found["_id"]}, {"$inc": {"n.created": 2}})


def invent_an_aggregate(mongo: Mongo, database: str) -> None:
    found = mongo[database]["rollups"].find_one({"n.created": {"$gt": 0}})
    assert found
    mongo[database]["rollups"].insert_one(
        {**found, "_id": "invented", "bucket": 7200, "team": "nobody", "n": {"reopens": 1}}
    )


def tamper_with_a_ticket(mongo: Mongo, database: str) -> None:
    found = mongo[database]["tickets"].find_one({"_id": "acme/7"})
    assert found
    state = found["state"].replace('"version":', '"version":1')
    mongo[database]["tickets"].update_one({"_id": "acme/7"}, {"$set": {"state": state}})


def take_the_events_of_a_ticket(mongo: Mongo, database: str) -> None:
    found = mongo[database]["tickets"].find_one({"_id": "acme/7"})
    mongo[database]["tickets"].insert_one({**(found or {}), "_id": "acme/no-events"})


FAULTS = {
    tamper_with_an_aggregate: ["bucket ", "created is ", " instead of "],
    invent_an_aggregate: ["bucket 7200 of acme/nobody/", "reopens is 1 instead of 0"],
    tamper_with_a_ticket: ["ticket acme/7 is not the fold of its events"],
    take_the_events_of_a_ticket: ["1 tickets have no events"],
}


def test_nothing_is_wrong_with_what_the_worker_stored(mongo: Mongo, partitions: Partitions) -> None:
    assert verify(mongo, partitions) == []


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_fault_is_found_and_said_in_a_sentence_and_a_rebuild_repairs_it(
    fault: Any, mongo: Mongo, database: str, partitions: Partitions
) -> None:
    fault(mongo, database)

    (sentence,) = verify(mongo, partitions)
    assert all(words in sentence for words in FAULTS[fault]), sentence

    audit.rebuild(partitions.store, Ways(3600), lambda _: None, lambda _: None)
    assert verify(mongo, partitions) == []
    assert numbers(partitions.store.rollups) == oracle.rollups(EVENTS, 3600)


def test_a_rebuild_leaves_the_totals_and_tells_only_what_became_another(
    mongo: Mongo, database: str, partitions: Partitions
) -> None:
    totals = numbers(partitions.store.totals)
    tamper_with_a_ticket(mongo, database)
    changed: list[str] = []

    audit.rebuild(partitions.store, Ways(3600), lambda row: changed.append(row.state.subject), lambda _: None)

    assert changed == ["7"]
    assert numbers(partitions.store.totals) == totals
    assert mongo[database]["positions"].count_documents({HELD: True}) == 0


def test_the_commands_say_what_is_wrong_and_repair_it(
    stack: Stack, mongo: Mongo, database: str, partitions: Partitions
) -> None:
    env = environment(stack, database)
    tickets = partitions.store.count_tickets()
    tamper_with_a_ticket(mongo, database)

    found = command("verify", env)
    assert found.returncode == 1
    assert found.stdout.splitlines() == [
        "ticket acme/7 is not the fold of its events",
        f"{tickets} tickets verified, 1 wrong",
    ]

    repaired = command("rebuild", env)
    assert (repaired.returncode, repaired.stdout) == (0, f"{tickets} tickets rebuilt, 1 of them changed\n")
    assert command("verify", env).returncode == 0


def test_a_rebuild_changes_the_bucket_width_and_a_worker_of_another_width_refuses(
    stack: Stack, mongo: Mongo, database: str, partitions: Partitions, tmp_path: Path
) -> None:
    half_hours = environment(stack, database, DESKPULSE_CONFIG=with_bucket("30m", tmp_path))
    hours = environment(stack, database)

    too_early = command("worker", half_hours)
    assert too_early.returncode == 2
    assert too_early.stderr.splitlines()[-1] == (
        "metrics: metrics.bucket is 1800 s, but the aggregates are kept by 3600 s: "
        "stop the workers and run python -m metrics rebuild"
    )
    assert "Traceback" not in too_early.stderr

    assert command("rebuild", half_hours).returncode == 0

    assert numbers(partitions.store.rollups) == oracle.rollups(EVENTS, 1800)
    assert verify(mongo, partitions, 1800) == []
    too_late = command("worker", hours)
    assert (too_late.returncode, "is 3600 s, but the aggregates are kept by 1800 s" in too_late.stderr) == (
        2,
        True,
    )


def test_a_verification_before_the_first_worker_says_what_to_do(stack: Stack, database: str) -> None:
    refused = command("verify", environment(stack, database))

    assert refused.returncode == 2
    assert refused.stderr.splitlines()[-1].endswith("has no aggregates yet: run a worker first")


@pytest.mark.fault
def test_workers_wait_while_their_positions_are_held_and_go_on_afterwards(
    broker: Stack, mongo: Mongo, database: str, tmp_path: Path
) -> None:
    env = environment(broker, database, DESKPULSE_BATCH_SIZE="100")
    sent = load.events(37, 3000, 400)
    positions = mongo[database]["positions"]

    with worker(env, tmp_path) as running:
        with Load(broker.kafka, sent, rate=800) as traffic:
            until(lambda: check.progress(mongo, database) > 300, 30, "some progress")
            positions.update_many({}, {"$set": {HELD: True}})
            held = check.consumed(mongo, database)
            until(lambda: retries(running, "Fenced") >= 3, 30, "the worker to be turned away thrice")
            assert check.consumed(mongo, database) == held
            positions.update_many({}, {"$unset": {HELD: ""}})

            until(lambda: check.progress(mongo, database) > 1200, 30, "progress afterwards")
            assert command("rebuild", env).returncode == 0
            traffic.join()
        check.await_all_processed(mongo, broker.kafka, database)

    check.assert_exact(mongo, broker.kafka, database, sent)


@pytest.mark.fault
def test_a_worker_that_a_rebuild_gave_another_width_ends_with_one_sentence(
    broker: Stack, mongo: Mongo, database: str, tmp_path: Path
) -> None:
    env = environment(broker, database)
    half_hours = {**env, "DESKPULSE_CONFIG": with_bucket("30m", tmp_path)}
    first, second = EVENTS[:100], EVENTS[100:]

    with worker(env, tmp_path) as running:
        publish(broker, first)
        check.await_all_processed(mongo, broker.kafka, database)
        assert command("rebuild", half_hours).returncode == 0
        publish(broker, second)
        until(lambda: not running.is_alive(), 30, "the worker to end")
        assert running.stop() == 2
        assert "the aggregates are kept by 1800 s" in running.log.read_text().splitlines()[-1]
    with worker(half_hours, tmp_path):
        check.await_all_processed(mongo, broker.kafka, database)

    assert check.aggregates(mongo, database) == oracle.rollups(EVENTS, 1800)


def publish(broker: Stack, wires: list[oracle.Wire]) -> None:
    with Load(broker.kafka, wires, rate=100_000) as traffic:
        traffic.join()


def retries(running: RunningService, cause: str) -> float:
    with urlopen(running.url("/metrics"), timeout=60) as answer:
        found = samples(answer.read().decode())
    return value(found, "helpdesk_batch_retries_total", cause=cause) or 0.0
