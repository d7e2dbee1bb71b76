"""A feedback worker is killed before and after each thing that it does to the world outside.

Each one goes on where the one before died, while customers answer; after each death, and not only in the end,
everything must fit. A failing run names the seed and the moment at which a worker had died last.
"""

import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from typing import Final

import pytest

from faults import voices
from faults.crashing_courses import Point
from faults.crashing_topics import ABORTS, ALL, COURSES, LEAVES, Course, points
from faults.crashing_voices import Mongo, World, world
from faults.trials import Trial, Try
from harness.parts import CHOSEN
from harness.wait import until
from local.stack import Stack

pytestmark = [pytest.mark.fault, pytest.mark.timeout(900)]

FAULT: Final = "a feedback worker killed at each step of a batch"
LATER: Final = 1000
"""Chapters that come amid a life are numbered from here."""
LANES: Final = {"tansu": len(COURSES), "apache": 2}[CHOSEN]


def test_a_feedback_worker_killed_at_each_step_of_a_batch_loses_and_doubles_nothing(
    stack: Stack, mongo: Mongo, database: str, tmp_path: Path, try_fault: Try
) -> None:
    def run(course: Course) -> None:
        with (
            try_fault(FAULT, seed=course.seed) as trial,
            world(course.name, mongo, stack.mongo, database, tmp_path) as around,
        ):
            with around.load():
                _die_everywhere(course, around, trial)
            _finish(around, trial)

    with ThreadPoolExecutor(LANES) as lanes:
        runs = [lanes.submit(run, course) for course in COURSES]
    if failures := [error for run in runs if (error := run.exception())]:
        raise BaseExceptionGroup(FAULT, failures)


def _die_everywhere(course: Course, around: World, trial: Trial) -> None:
    if not course.fresh:
        _prepare(around)
    *others, last = enumerate(points(course), 1)
    for chapter, point in others:
        _die(course, around, trial, chapter, point)
    _die(course, around, trial, *last, hurry=False)


def _prepare(around: World) -> None:
    """Have something stored of both topics."""
    around.tell(0)
    life = around.start()
    commits = {"after batch: commitTransaction", "after tickets deadlines: commitTransaction"}
    until(lambda: commits <= set(life.moments()), 90, "something of both topics to be stored")
    around.end(life)


def _die(
    course: Course, around: World, trial: Trial, chapter: int, point: Point, *, hurry: bool = True
) -> None:
    """A worker takes over, and dies at `point`. Without `hurry` the next awaits the end of its sessions."""
    trial.step = f"{course.name}: {point} ({point.nth})"
    around.tell(chapter)
    life = around.start(str(point), point.nth)
    if point.effect in (*ABORTS, *LEAVES):
        commits = {"after batch: commitTransaction", "after tickets batch: commitTransaction"}
        # The two threads may want the same before: one of them aborts.
        until(lambda: {*life.moments()} >= commits or str(point) in life.moments(), 60, "a batch of each")
    if point.effect in LEAVES:
        life.ask_to_stop()
    with around.held() if point.effect in ABORTS else nullcontext():
        if point.effect in ABORTS:
            around.tell(chapter + LATER)
        assert around.nursery.await_death(life, 90) == -signal.SIGKILL
    assert life.moments()[-1] == str(point)
    trial.over()
    around.bury(life)
    if hurry:
        around.expire()


def _finish(around: World, trial: Trial) -> None:
    """One more takes over and lives."""
    before = sum(voices.reached(around.store).values())
    life = around.start()
    until(lambda: sum(voices.reached(around.store).values()) > before, 60, "more to be read")
    trial.recovered()
    until(around.ledger.is_all_read, 90, "everything to be read")
    around.end(life)
    assert around.effects - ALL == set(), "a worker does what no table in crashing_topics has"
    trial.judge(*voices.losses(around.store, around.ledger.answers()))
