"""Deadlines that pass while the worker is killed: each broken promise once, in aggregates and alerts."""

import random
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from faults import check
from faults.load import Load, arrivals, events
from faults.promises import PROMISES, untold_and_told_twice
from faults.trials import Try
from harness.receivers import http_receiver
from harness.services import environment, worker
from harness.wait import until
from local.stack import Stack

pytestmark = pytest.mark.fault

Mongo = MongoClient[dict[str, Any]]


@pytest.mark.parametrize("seed", [31])
def test_deadlines_that_pass_around_kills_are_counted_and_told_once(
    seed: int, broker: Stack, database: str, mongo: Mongo, tmp_path: Path, try_fault: Try
) -> None:
    config = tmp_path / "deskpulse.yml"
    config.write_text(PROMISES)
    distinct = events(seed, 20_000, 400, start=datetime.now(UTC) - timedelta(seconds=30), apart=0)
    rng = random.Random(seed)
    with try_fault("deadlines passing around kills", seed=seed) as trial, http_receiver() as hook:
        own = {"DESKPULSE_CONFIG": str(config), "DESKPULSE_BATCH_SIZE": "100", "OPS_HOOK": hook.url}
        env = environment(broker, database, **own)
        with ExitStack() as workers, Load(broker.kafka, arrivals(distinct, seed), rate=150) as sending:
            victim = workers.enter_context(worker(env, tmp_path))
            for _ in range(3):
                target = check.progress(mongo, database) + rng.randrange(100, 700)
                check.await_progress(mongo, database, target)
                victim.kill()
                trial.over()
                reached = check.progress(mongo, database)
                victim = workers.enter_context(worker(env, tmp_path))
                check.await_progress(mongo, database, reached + 1)
                trial.recovered()
            sending.stop()
            check.await_all_processed(mongo, broker.kafka, database)
            until(lambda: not waiting(mongo, database), 90, "every deadline to have passed")
        trial.judge(*untold_and_told_twice(mongo, database, config))


def waiting(mongo: Mongo, database: str) -> int:
    """How many tickets have a deadline ahead."""
    return mongo[database]["tickets"].count_documents({"next_deadline": {"$gt": 0}})
