"""Workers that come and go, messages that nobody can read: the aggregates stay those of the oracle.

A failing run names its seed; the same seed makes the same events and the same moments.
"""

import json
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from faults import check
from faults.load import Load, arrivals, events
from faults.trials import Trial, Try
from harness.services import environment, worker
from local.stack import Stack

pytestmark = pytest.mark.fault

Mongo = MongoClient[dict[str, Any]]


@pytest.mark.parametrize("seed", [23])
def test_two_workers_that_join_and_leave_share_the_work_exactly(
    seed: int, broker: Stack, database: str, mongo: Mongo, tmp_path: Path, try_fault: Try
) -> None:
    wires = arrivals(events(seed, 40_000, 800), seed)
    env = environment(broker, database, DESKPULSE_BATCH_SIZE="150")

    with try_fault("workers joining, leaving and dying", seed=seed) as trial:
        with Load(broker.kafka, wires, rate=300) as load, ExitStack() as workers:
            first, second = (workers.enter_context(worker(env, tmp_path)) for _ in range(2))
            check.await_progress(mongo, database, 300)
            assert first.stop() == 0
            _go_on(trial, mongo, database)
            workers.enter_context(worker(env, tmp_path))
            _go_on(trial, mongo, database)
            second.kill()
            _go_on(trial, mongo, database)
            load.stop()
            check.await_all_processed(mongo, broker.kafka, database)
        trial.assert_exact(mongo, broker.kafka, database, wires[: load.published])


def test_a_worker_told_to_stop_leaves_within_ten_seconds_with_nothing_half_done(
    broker: Stack, database: str, mongo: Mongo, tmp_path: Path
) -> None:
    distinct = events(5, 3000, 300)
    env = environment(broker, database, DESKPULSE_BATCH_SIZE="100")

    with Load(broker.kafka, distinct, rate=1500) as load, worker(env, tmp_path) as running:
        check.await_progress(mongo, database, 200)
        assert running.stop() == 0
        load.join()
    with worker(env, tmp_path):
        check.await_all_processed(mongo, broker.kafka, database)

    check.assert_exact(mongo, broker.kafka, database, distinct)


def test_messages_that_can_never_be_processed_go_to_the_dead_letters_and_stop_nobody(
    broker: Stack, database: str, mongo: Mongo, tmp_path: Path, try_fault: Try
) -> None:
    distinct = events(7, 200, 20)
    itself = {**distinct[0], "type": "ticket.merged", "data": {"into": distinct[0]["subject"]}}
    poison = [b"", b"\xff\xfe", b"{", b'{"specversion":"1.0"}', b"null", b'{"a":' * 3000]
    poison.append(json.dumps(itself).encode())

    with try_fault("poison messages", seed=7) as trial:
        check.publish_raw(broker.kafka, poison)
        with Load(broker.kafka, distinct, rate=2000) as load, worker(environment(broker, database), tmp_path):
            load.join()
            check.publish_raw(broker.kafka, poison)
            trial.over()
            check.await_all_processed(mongo, broker.kafka, database)
            trial.recovered()
        trial.tries = len(poison + poison)
        trial.assert_exact(mongo, broker.kafka, database, distinct)

    letters = check.dead_letters(broker.kafka)
    # A batch that is begun again says so again.
    values = {(letter["partition"], letter["offset"]): letter["value"] for letter in letters}.values()
    assert sorted(values) == sorted(check.encoded(poison + poison))
    assert {letter["reason"] for letter in letters} == {"invalid"}
    assert all(letter["detail"] and letter["topic"] == "helpdesk.events" for letter in letters)


def _go_on(trial: Trial, mongo: Mongo, database: str) -> None:
    trial.over()
    _progress_by(mongo, database, 1)
    trial.recovered()
    _progress_by(mongo, database, 300)


def _progress_by(mongo: Mongo, database: str, messages: int) -> None:
    check.await_progress(mongo, database, check.progress(mongo, database) + messages)
