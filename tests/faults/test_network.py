"""The network between the metrics worker and its parts fails: nothing is lost or doubled, and all goes on.

A failing run names its seed; the same seed makes the same events.
"""

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from faults import check
from faults.load import Load, arrivals, events
from faults.trials import Try
from faults.troubles import KAFKA, MONGODB, TROUBLES, Part
from harness.network import between
from harness.services import environment, worker
from harness.wait import until
from local.stack import Stack

pytestmark = pytest.mark.fault

Mongo = MongoClient[dict[str, Any]]
SEED = 51
MOST = 12_000


def turn_over(mongo: Mongo, database: str) -> None:
    """Return once every partition has moved."""
    before = check.consumed(mongo, database)

    def moved() -> bool:
        now = check.consumed(mongo, database)
        return len(now) == 4 and all(now[number] > before.get(number, 0) for number in now)

    until(moved, 90, "every partition to move")


@pytest.mark.parametrize("part", [MONGODB, KAFKA], ids=lambda part: part.name)
@pytest.mark.parametrize("kind", TROUBLES)
def test_a_worker_goes_on_exactly(
    kind: str, part: Part, broker: Stack, database: str, mongo: Mongo, tmp_path: Path, try_fault: Try
) -> None:
    trouble = TROUBLES[kind]
    distinct = arrivals(events(SEED, MOST, 600), SEED)
    with (
        try_fault(trouble.fault(f"worker and {part.name}"), seed=SEED) as trial,
        between(part.address(broker)) as link,
    ):
        env = environment(broker, database, **{part.variable: link.address})
        with worker(env, tmp_path), Load(broker.kafka, distinct, rate=100) as load:
            trouble.put_through(trial, link, part, partial(turn_over, mongo, database), trouble.tries)
            load.stop()
            sent = load.wires[: load.published]
            until(lambda: check.progress(mongo, database) >= len(sent), 90, "all that was sent")
            check.await_all_processed(mongo, broker.kafka, database)
        trial.assert_exact(mongo, broker.kafka, database, sent)


def test_a_backlog_that_a_slow_network_does_not_carry_at_once_is_worked_off(
    broker: Stack, database: str, mongo: Mongo, tmp_path: Path, try_fault: Try
) -> None:
    # Of one ticket, so of one batch, which takes 25 s: longer than any answer is waited for.
    wires = [{**wire, "ballast": "x" * 1000} for wire in events(SEED, 1000, 1)]
    fault = TROUBLES["slow"].fault("worker and MongoDB")
    with try_fault(fault, seed=SEED, step="a backlog") as trial, between(broker.mongo) as link:
        with worker(environment(broker, database, MONGODB_URI=link.address), tmp_path):
            with link.slow(delay=0.2, rate=50_000):
                with Load(broker.kafka, wires, rate=20_000) as load:
                    load.join()
                until(lambda: check.progress(mongo, database) > 300, 90, "some of the backlog to be stored")
            trial.over()
            turned = check.progress(mongo, database)
            until(lambda: check.progress(mongo, database) > turned, 60, "more of it to be stored")
            trial.recovered()
            check.await_all_processed(mongo, broker.kafka, database)
        trial.assert_exact(mongo, broker.kafka, database, wires)
