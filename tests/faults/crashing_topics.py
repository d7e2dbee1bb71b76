"""All that a feedback worker does to the world outside, and in which order it dies of it.

What it does for `helpdesk.tickets`, on a thread of its own, is named with "tickets" before it. A worker that
does something which no table has makes the test fail: add it where its deaths belong.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Final

from faults.crashing_courses import ABORT, LEAVING, MOVE, Point, of

_COLLECTIONS: Final = ("cases", "customers", "destructions", "letters", "models", "positions", "rollups")
STARTING: Final = (
    *of("start", "listCollections"),
    *of("start", *(f"create {name}" for name in (*_COLLECTIONS, "settings", "totals"))),
    *of("start", *(f"createIndexes {n}" for n in ("cases", "destructions", "rollups", "letters", "alerts"))),
    *of("start", "distinct letters", "aggregate alerts"),
    *of("Kafka", "InitProducerId"),
)
_JOINING: Final = (
    *of("Kafka", "JoinGroup", "JoinGroup by name", "SyncGroup"),
    *of("adoption", "find positions", "insert positions"),
)
_EACH_BATCH: Final = (
    *of("batch", "find cases", "find customers", "update cases", "update rollups", "update totals", MOVE),
    *of("batch", "commitTransaction"),
    *of("Kafka", "OffsetCommit"),
)
_SOME_BATCHES: Final = (
    *of("batch", "find models by state", "find cases by people", "update customers", "update destructions"),
    *of("batch", "update positions", "Produce helpdesk.feedback.dlq"),
    ABORT,
    *of("turn", "find cases by owner+next_due"),
    *of("Kafka", "Heartbeat"),
    *of("adoption", "killSessions", MOVE),
)
_FACTS: Final = (
    *of("batch", "find cases", "find customers", "update cases", "Produce helpdesk.tickets.dlq", MOVE),
    *of("batch", "commitTransaction"),
    ABORT,
    *of("Kafka", "OffsetCommit", "Heartbeat"),
    *of("turn", "find cases by owner+next_due"),
    *of("deadlines", "find cases by owner+next_due", "find customers", "update cases", "update customers"),
    *of("deadlines", "update letters", MOVE, "commitTransaction"),
    *of("adoption", "killSessions", MOVE),
)


def _of_tickets(effects: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"tickets {effect}" for effect in effects)


ABORTS: Final = (ABORT, *_of_tickets((ABORT,)))
LEAVES: Final = (*LEAVING, *_of_tickets(of("Kafka", "LeaveGroup")))
_MAYBE: Final = of("tickets deadlines", "abortTransaction")
"""Comes about only where the two threads want the same at the same time."""
_BATCHES: Final = 6


@dataclass(frozen=True)
class Course:
    """Deaths at all `effects`, one after the other, on one broker and one database; `fresh`: no worker has
    been at work before."""

    name: str
    seed: int
    effects: tuple[str, ...]
    fresh: bool = False


COURSES: Final = (
    Course("words", 80, (*_EACH_BATCH, *_SOME_BATCHES)),
    Course("facts", 81, (*_of_tickets(_FACTS), *LEAVES)),
    Course("starts", 82, (*STARTING, *_JOINING), fresh=True),
    # Where a worker dies as it begins to read the one topic, it has begun with the other.
    Course("joins", 83, _of_tickets(_JOINING), fresh=True),
)
ALL: Final = frozenset((*_MAYBE, *(effect for course in COURSES for effect in course.effects)))


def points(course: Course) -> Iterator[Point]:
    """All moments of `course`, in the order of its tables; what happens in each batch is the end in any of
    the first so many."""
    rng = Random(course.seed)
    for effect in course.effects:
        for moment in ("before", "after"):
            yield Point(effect, moment, rng.randint(1, _BATCHES) if effect in _EACH_BATCH else 1)
