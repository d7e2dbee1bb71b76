"""A worker is stopped (SIGSTOP) beyond its session, its partitions go to another, and it wakes (SIGCONT)
believing that they are still its own: it changes nothing, says so, rejoins and works on.

A failing run names its seed and the step at which the worker was stopped.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from threading import Event
from typing import Any, Final

import pytest
from pymongo import MongoClient

from events.topics import EVENTS, FEEDBACK
from faults import check, voices
from faults.load import Load, Wire, events
from faults.pulse import Step
from faults.trials import Trial, Try
from faults.workers import Nursery, Worker, await_halt, await_shares, has_halted, workers_of
from feedback.store import Store, database_name
from harness.services import environment
from harness.wait import until
from local.stack import Stack

pytestmark = [pytest.mark.fault, pytest.mark.timeout(600)]

Mongo = MongoClient[dict[str, Any]]

SESSION: Final = 1.5
"""Seconds after which the group takes a worker for dead."""
CAUSES: Final = {
    Step.BATCH: {"Fenced"},
    Step.WRITTEN: {"OperationFailure"},
    Step.MOVED: {"OperationFailure"},
    Step.STORED: set[str](),
    Step.RETELLING: set[str](),
}
"""Where it is stopped → why it says that it begins its batch again, where it has one to begin again."""
PARTITIONS: Final = 4
MOMENTS: Final = 3
VOICES: Final = 400
PORTIONS: Final = 10


@dataclass
class House:
    """Where it haunts: a team of workers of `nursery` that processes `wires`, of which the first `sent` are
    on their way."""

    mongo: Mongo
    bootstrap: str
    database: str
    nursery: Nursery
    wires: list[Wire]
    sent: int = 0
    team: list[Worker] = field(default_factory=list)

    def load(self) -> Load:
        """Events that flow from now on; `note` how many there were when they have ended."""
        return Load(self.bootstrap, self.wires[self.sent :], rate=250)

    def note(self, load: Load) -> None:
        """`load` has ended."""
        self.sent += load.published

    def await_takeover(self) -> None:
        """Return once every partition has moved on from where it is now."""
        consumed = partial(check.consumed, self.mongo, self.database)
        until(lambda: len(consumed()) == PARTITIONS, 60, "all partitions to be read")
        before = consumed()
        until(lambda: _is_ahead(consumed(), before), 60, "all partitions to move")

    def contents(self) -> dict[str, str]:
        """A digest of each collection, the positions apart."""
        found: dict[str, str] = self.mongo[self.database].command("dbHash")["collections"]
        return {name: digest for name, digest in found.items() if name != "positions"}


def _is_ahead(now: dict[int, int], before: dict[int, int]) -> bool:
    return all(now[partition] > offset for partition, offset in before.items())


@pytest.mark.parametrize("seed", [31])
def test_a_worker_that_wakes_after_its_session_changes_nothing_and_works_on(
    seed: int, broker: Stack, database: str, mongo: Mongo, tmp_path: Path, try_fault: Try
) -> None:
    env = environment(broker, database, DESKPULSE_BATCH_SIZE="20")
    # Mergers are told again whenever shares change: without them, nothing but the zombie can change anything.
    wires = [wire for wire in events(seed, 60_000, 240) if wire["type"] != "ticket.merged"]
    with workers_of("metrics", env, tmp_path, SESSION) as nursery:
        house = House(mongo, broker.kafka, database, nursery, wires)
        house.team = [nursery.start(), nursery.start()]
        for step in CAUSES:
            with try_fault(
                "a worker stopped beyond its session and woken", seed=seed, step=step.name
            ) as trial:
                _haunt_at(step, house, trial)
                trial.assert_exact(mongo, broker.kafka, database, wires[: house.sent])
        with try_fault("a worker stopped beyond its session and woken", seed=seed, step="any") as trial:
            _haunt_under_load(house, trial, Random(seed))
            check.await_all_processed(mongo, broker.kafka, database)
            trial.assert_exact(mongo, broker.kafka, database, wires[: house.sent])


def _haunt_at(step: Step, house: House, trial: Trial) -> None:
    """Stop a worker at `step`; wake it when others have done everything, so that all that changes is its
    doing."""
    zombie = house.team[0]
    await_shares(house.team)
    with house.load() as load:
        until(lambda: zombie.pulse.batches, 60, "its first batch")
        zombie.pulse.halt_at(step)
        if step is Step.RETELLING:  # which is where it comes to with each change of the shares
            house.team.append(house.nursery.start())
        await_halt(zombie)
        house.await_takeover()
    house.note(load)
    check.await_all_processed(house.mongo, house.bootstrap, house.database)
    contents, reached = house.contents(), check.consumed(house.mongo, house.database)
    told = len(zombie.said())
    zombie.pulse.share(given=False)  # which it doesn't know yet

    assert zombie.is_paused()
    zombie.go_on()
    trial.over()
    until(lambda: zombie.pulse.has_share and _adopts(zombie, told, EVENTS), 60, "its return")
    trial.recovered()

    assert house.contents() == contents
    now = check.consumed(house.mongo, house.database)
    assert {
        partition: now[partition] for partition, offset in reached.items() if now[partition] < offset
    } == {}
    assert _causes(zombie, told) >= CAUSES[step]
    stored = check.stored_versions(house.mongo, house.database)
    until(lambda: check.published_versions(house.bootstrap) == stored, 30, "the newest facts to be the last")


@pytest.mark.parametrize("seed", [32])
def test_a_feedback_worker_that_wakes_after_its_session_changes_nothing_and_works_on(
    seed: int, broker: Stack, database: str, mongo: Mongo, tmp_path: Path, try_fault: Try
) -> None:
    env = environment(broker, database, DESKPULSE_BATCH_SIZE="5")
    store = Store(mongo, database_name(database))
    with (
        try_fault("a feedback worker stopped beyond its session and woken", seed=seed) as trial,
        workers_of("feedback", env, tmp_path, SESSION) as nursery,
    ):
        team = [nursery.start(), nursery.start()]
        zombie = team[0]
        await_shares(team)
        zombie.pulse.halt_at(Step.WRITTEN)
        said = _tell_until(lambda: has_halted(zombie), broker.kafka, store, 0)
        contents, told = _digests(store), len(zombie.said())
        zombie.pulse.share(given=False)

        zombie.go_on()
        trial.over()
        until(lambda: zombie.pulse.has_share and _adopts(zombie, told, FEEDBACK), 60, "its return")
        trial.recovered()

        assert _digests(store) == contents
        assert "OperationFailure" in _causes(zombie, told)
        await_shares(team)
        done = zombie.pulse.batches
        said = _tell_until(lambda: zombie.pulse.batches > done, broker.kafka, store, said)
        trial.judge(*voices.losses(store, said))


def _tell_until(came: Callable[[], bool], bootstrap: str, store: Store, said: int) -> int:
    """Tell more, of which all is to be read, until it `came`; gives how much was `said` by then. A share may
    be nothing for a moment, and the others be quicker."""
    for _ in range(PORTIONS):
        voices.publish(bootstrap, range(said, said + VOICES))
        said += VOICES
        until(lambda: sum(voices.reached(store).values()) == said, 90, "all voices to be read")  # noqa: B023
        if came():
            return said
    raise AssertionError(f"of {said} voices none came to the zombie")


def _digests(store: Store) -> dict[str, str]:
    """A digest of each collection that voices change."""
    names = ["cases", "customers", "rollups", "totals"]
    found: dict[str, str] = store.database.command("dbHash", collections=names)["collections"]
    return found


def _causes(worker: Worker, since: int) -> set[str]:
    return {line["cause"] for line in worker.said()[since:] if line["event"] == "batch begun again"}


def _adopts(worker: Worker, since: int, topic: str) -> bool:
    adopted = [line["topic"] for line in worker.said()[since:] if line["event"] == "partition adopted"]
    return topic in adopted


def _haunt_under_load(house: House, trial: Trial, rng: Random) -> None:
    """Stop a worker at any moment, and wake it while others are at work."""
    with house.load() as load:
        for _ in range(MOMENTS):
            zombie = rng.choice(house.team)
            _await_batches(zombie, rng.randrange(1, 20))
            Event().wait(rng.uniform(0, 0.03))
            zombie.pause()
            until(zombie.is_paused, 10, "the zombie to be stopped")
            house.await_takeover()
            zombie.go_on()
            trial.over()
            _await_batches(zombie, 2)
            trial.recovered()
    house.note(load)


def _await_batches(worker: Worker, more: int) -> None:
    goal = worker.pulse.batches + more
    until(lambda: worker.pulse.batches >= goal, 60, f"{more} more batches of {worker.log.name}")
