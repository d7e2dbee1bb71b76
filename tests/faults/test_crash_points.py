"""A worker is killed before and after each thing that it does to the world outside.

Each one goes on where the one before died, while events flow; after each death, and not only in the end,
everything must fit. A failing run names the seed, which gives the same events and moments, and the moment at
which a worker had died last.
"""

import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from typing import Final

import pytest

from faults import check
from faults.crashing_courses import ABORT, ALL, COURSES, LEAVING, Course, Point, points
from faults.crashing_world import Mongo, World, world
from faults.trials import Trial, Try
from harness import oracle
from harness.parts import CHOSEN
from harness.wait import until
from local.stack import Stack
from metrics.records import identity

pytestmark = [pytest.mark.fault, pytest.mark.timeout(900)]

FAULT: Final = "a worker killed at each step of a batch"
LANES: Final = {"tansu": len(COURSES), "apache": 2}[CHOSEN]
"""How many courses run at once. A join takes 3 s on the embedded broker, all of them spent waiting; Apache
Kafka has no such pause, but needs more of the machine."""
CHAPTERS_BEFORE: Final = 2


def test_a_worker_killed_at_each_step_of_a_batch_loses_and_doubles_nothing(
    stack: Stack, mongo: Mongo, database: str, tmp_path: Path, try_fault: Try
) -> None:
    def run(course: Course) -> None:
        with (
            try_fault(FAULT, seed=course.seed) as trial,
            world(course, mongo, stack.mongo, database, tmp_path) as around,
        ):
            with around.load():
                _die_everywhere(around, trial)
            _finish(around, trial)

    with ThreadPoolExecutor(LANES) as lanes:
        runs = [lanes.submit(run, course) for course in COURSES]
    if failures := [error for run in runs if (error := run.exception())]:
        raise BaseExceptionGroup(FAULT, failures)


def _die_everywhere(around: World, trial: Trial) -> None:
    if not around.course.fresh:
        _prepare(around)
    *others, last = enumerate(points(around.course), CHAPTERS_BEFORE)
    for chapter, point in others:
        _die(around, trial, chapter, point)
    _die(around, trial, *last, hurry=False)


def _prepare(around: World) -> None:
    """Have something stored."""
    for chapter in range(CHAPTERS_BEFORE):
        around.tell(chapter)
    life = around.start()
    told = {identity(wire["source"], wire["id"]) for wire in around.sent}
    until(lambda: told <= set(around.database["events"].distinct("_id")), 90, "what was told to be stored")
    around.end(life)


def _die(around: World, trial: Trial, chapter: int, point: Point, *, hurry: bool = True) -> None:
    """A worker takes over, and dies at `point`. Without `hurry` the next waits for the end of its session."""
    trial.step = f"{around.course.name}: {point} ({point.nth})"
    around.tell(chapter)
    if point.effect.startswith("renewal: "):
        around.forget_output()
    life = around.start(str(point), point.nth)
    if point.effect in (ABORT, *LEAVING):
        until(lambda: "after batch: commitTransaction" in life.moments(), 60, "a batch")
    if point.effect in LEAVING:
        life.ask_to_stop()
    with around.held() if point.effect == ABORT else nullcontext():
        assert around.nursery.await_death(life, 90) == -signal.SIGKILL
    assert life.moments()[-1] == str(point)
    trial.over()
    around.bury(life)
    if hurry:
        around.expire()


def _finish(around: World, trial: Trial) -> None:
    """One more takes over and lives."""
    name, before = around.database.name, check.progress(around.mongo, around.database.name)
    life = around.start()
    check.await_progress(around.mongo, name, before + 1)
    trial.recovered()
    check.await_all_processed(around.mongo, around.bootstrap, name)
    around.end(life)
    assert around.effects - ALL == set(), "a worker does what no table in crashing_courses has"
    if around.course.promises:
        _assert_exact_but_for_promises(around, trial)
    else:
        trial.assert_exact(around.mongo, around.bootstrap, name, around.sent)


def _assert_exact_but_for_promises(around: World, trial: Trial) -> None:
    """The oracle knows of no promises. What was made of them, the ledger has seen to."""
    plain = {
        place: {name: amount for name, amount in measures.items() if not _is_of_promises(name)}
        for place, measures in check.aggregates(around.mongo, around.database.name).items()
    }
    assert {place: measures for place, measures in plain.items() if measures} == oracle.rollups(
        around.sent, 3600
    )
    trial.judge(0, 0)


def _is_of_promises(measure: str) -> bool:
    return "_business" in measure or measure.startswith(("sla.", "overdue.", "due_soon."))
