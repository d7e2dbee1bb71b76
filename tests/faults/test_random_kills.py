"""Workers are killed at random moments, time after time, and others take over: nothing is lost or doubled.

A failing run names its seed: it gives the same events, and the same moments by what each worker has done.
"""

from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest
from pymongo import MongoClient

from events.topics import FEEDBACK
from faults import check, voices
from faults.killing import SESSION, Succession, kill
from faults.load import Load, arrivals, events
from faults.pulse import Step
from faults.trials import Try
from faults.workers import workers_of
from feedback.store import Store, database_name
from harness.services import environment
from harness.wait import until
from local.stack import Stack

pytestmark = [pytest.mark.fault, pytest.mark.timeout(900)]

Mongo = MongoClient[dict[str, Any]]

KILLS: Final = 200
PLACES: Final = {
    "on the way to its share": {Step.STARTING, Step.JOINING, Step.ADOPTING, Step.RETELLING},
    "waiting for messages": {Step.WAITING},
    "amid a batch": {Step.BATCH, Step.WRITTEN, Step.MOVED},
    "its batch stored and not published": {Step.STORED},
}
LEAST: Final = {"on the way to its share": 20, "waiting for messages": 5, "amid a batch": 40}
"""So many deaths in each of these places make the test one that means something."""
KILLS_OF_FEEDBACK: Final = 20
VOICES: Final = 12_000


@pytest.mark.parametrize("seed", [11])
def test_workers_killed_at_random_moments_lose_and_double_nothing(
    seed: int, broker: Stack, database: str, mongo: Mongo, tmp_path: Path, try_fault: Try
) -> None:
    wires = arrivals(events(seed, 60_000, 6000), seed)
    env = environment(broker, database, DESKPULSE_BATCH_SIZE="20")
    with (
        try_fault("a worker killed at a random moment", seed=seed) as trial,
        workers_of("metrics", env, tmp_path, SESSION) as nursery,
    ):
        with Load(broker.kafka, wires, rate=80) as load:
            succession = Succession(trial, partial(check.consumed, mongo, database))
            deaths = kill(nursery, Random(seed), succession, KILLS)
        assert 0 < load.published < len(wires), "events were to flow until the last death"
        check.await_all_processed(mongo, broker.kafka, database, seconds=120)
        sent = {wire["id"]: wire for wire in wires[: load.published]}
        trial.assert_exact(mongo, broker.kafka, database, sent.values())

    found = {place: sum(deaths[step] for step in steps) for place, steps in PLACES.items()}
    assert {place: found[place] for place, least in LEAST.items() if found[place] < least} == {}, found
    assert len(trial.recoveries) > KILLS / 3


@pytest.mark.parametrize("seed", [12])
def test_feedback_workers_killed_at_random_moments_lose_and_double_nothing(
    seed: int, broker: Stack, database: str, mongo: Mongo, tmp_path: Path, try_fault: Try
) -> None:
    env = environment(broker, database, DESKPULSE_BATCH_SIZE="5")
    store = Store(mongo, database_name(database))
    voices.publish(broker.kafka, range(VOICES))
    with (
        try_fault("a feedback worker killed at a random moment", seed=seed) as trial,
        workers_of("feedback", env, tmp_path, SESSION) as nursery,
    ):
        kill(nursery, Random(seed), Succession(trial, partial(voices.reached, store)), KILLS_OF_FEEDBACK)
        assert sum(voices.reached(store).values()) < VOICES, "there was to be work until the last death"
        until(lambda: sum(voices.reached(store).values()) == VOICES, 120, f"all of {FEEDBACK} to be read")
        trial.judge(*voices.losses(store, VOICES))
