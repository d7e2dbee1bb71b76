"""All that a worker does to the world outside, and in which order it dies of it.

A worker that does something which no table has makes the test fail: add it where its deaths belong.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Final

from faults.crashing_stories import Story, of_deadlines, of_the_erased, ordinary


def of(phase: str, *names: str) -> tuple[str, ...]:
    """Effects of one phase, as traces name them."""
    return tuple(f"{phase}: {name}" for name in names)


MOVE: Final = "update positions by _id+topic_id+offset+elapsed+session+held"
"""Of a partition's position."""
SETTLED: Final = "find tickets by _id+partition"
"""Whether what was published is what its owner would say."""
ABORT: Final = "batch: abortTransaction"
STARTING: Final = (
    *of("start", "listCollections"),
    *of("start", *(f"create {name}" for name in ("tickets", "events", "totals", "rollups", "positions"))),
    *of("start", *(f"create {name}" for name in ("settings", "erased", "erased_requesters"))),
    *of("start", *(f"createIndexes {name}" for name in ("events", "tickets", "rollups", "alerts"))),
    *of("start", "find settings", "update settings", "aggregate alerts"),
    *of("Kafka", "InitProducerId"),
)
JOINING: Final = (
    *of("Kafka", "JoinGroup", "JoinGroup by name", "SyncGroup"),
    *of("adoption", "find positions", "insert positions"),
)
EACH_BATCH: Final = (
    *of("batch", "find settings", "find events", "find tickets"),
    *of("batch", "insert events", "update tickets", "update rollups", "update totals", MOVE),
    *of("batch", "commitTransaction", "Produce helpdesk.tickets"),
    *of("Kafka", "OffsetCommit"),
)
SOME_BATCHES: Final = (
    *of("batch", "find events by ticket", "update events"),
    ABORT,
    *of("batch", "Produce helpdesk.events.dlq", SETTLED),
    *of("turn", SETTLED),
    *of("Kafka", "Heartbeat"),
)
ADOPTING: Final = (
    # Its deaths leave a merger behind that nobody has told of yet.
    *of("batch", "Produce helpdesk.events"),
    *of("adoption", "Produce helpdesk.events", "find tickets", "Produce helpdesk.tickets", SETTLED),
    *of("adoption", "killSessions", MOVE),
    *of("renewal", MOVE, "find tickets by partition", "Produce helpdesk.tickets"),
)
LEAVING: Final = (*of("Kafka", "LeaveGroup"), *of("leaving", "endSessions"))
ERASING: Final = (
    *of("erasure", "update positions", "update erased", "find tickets by customers", "find events by ticket"),
    *of("erasure", "find tickets", "update erased_requesters", "update events", "update tickets"),
    *of("stripping", "find erased", "find events by ticket", "find tickets", "update erased_requesters"),
    *of("stripping", "update events", "update tickets", "find erased_requesters"),
    # A customer's tickets belong to other partitions too: what is said of those is said again.
    *of("turn", "find tickets", "Produce helpdesk.tickets", "Produce helpdesk.events"),
)
ELAPSING: Final = (
    *of("turn", "find tickets by partition+next_deadline"),
    *of("deadlines", "find tickets by partition+next_deadline", "update tickets", "update rollups"),
    *of("deadlines", "update totals", "delete alerts", "update alerts by _id+state", "update alerts"),
    *of("deadlines", MOVE, "commitTransaction", "Produce helpdesk.tickets"),
    *of("batch", "delete alerts", "update alerts by _id+state", "update alerts", "find alerts"),
    *of("batch", "update alerts by state+_id"),
)
_OF_WORK: Final = (*EACH_BATCH, *SOME_BATCHES, *ADOPTING, *ERASING, *ELAPSING)
_MAYBE: Final = of("deadlines", "abortTransaction")
"""Where a courier is at the same letter. Nobody can wait for that."""
ALL: Final = frozenset((*STARTING, *JOINING, *_OF_WORK, *LEAVING, *_MAYBE))

_TWICE: Final = {f"renewal: {MOVE}"}
"""Once to see that it isn't fenced, and once when all is said."""
_BATCHES: Final = 6
"""What happens in each batch is the end in any of the first so many."""


@dataclass(frozen=True)
class Course:
    """Deaths at all `effects`, one after the other, on one broker and one database.

    `promises`: whether tickets are promised anything; `fresh`: whether no worker has been at work before.
    """

    name: str
    seed: int
    effects: tuple[str, ...]
    story: Story = ordinary
    promises: bool = False
    fresh: bool = False


COURSES: Final = (
    Course("batches", 60, EACH_BATCH),
    Course("messages", 61, (*SOME_BATCHES, *ADOPTING, *LEAVING)),
    Course("deadlines", 62, ELAPSING, of_deadlines, promises=True),
    Course("erasures", 63, ERASING, of_the_erased),
    Course("starts", 64, (*STARTING, *JOINING), fresh=True),
)


@dataclass(frozen=True)
class Point:
    """The moment of a death: `moment` ("before" or "after") an effect, when it comes for the `nth` time."""

    effect: str
    moment: str
    nth: int

    def __str__(self) -> str:
        return f"{self.moment} {self.effect}"


def points(course: Course) -> Iterator[Point]:
    """All moments of `course`, in the order of its tables."""
    rng = Random(course.seed)
    for effect in course.effects:
        for moment in ("before", "after"):
            yield Point(effect, moment, rng.randint(1, _BATCHES) if effect in EACH_BATCH else 1)
            if effect in _TWICE:
                yield Point(effect, moment, 2)
