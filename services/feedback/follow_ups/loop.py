"""Whether the loop is closed: the share of follow-ups in which somebody was in touch in time (pure)."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from feedback.cases.case import FollowUp
from feedback.follow_ups.about import contacted_at
from feedback.scores.confidence import wilson
from feedback.scores.figures import ENOUGH

FORMULA: Final = (
    "rate = contacted before the deadline / (opened - waiting), with Wilson's interval; "
    "waiting = not contacted, and the deadline still to come; withdrawn ones are in neither"
)
SOURCE: Final = (
    "the share of detractors contacted in 48 h, as closed-loop programmes count it; Wilson 1927; at 95 %"
)


class ClosedLoop(Struct, kw_only=True, frozen=True):
    """Of the follow-ups `opened`: those contacted `in_time` or `late`, `missed` (overdue, nobody has been in
    touch), and `waiting`. `rate` 0-1, null while nothing is decided."""

    opened: int
    in_time: int
    late: int
    missed: int
    waiting: int
    too_few: bool
    rate: float | None
    rate_low: float | None
    rate_high: float | None
    formula: str
    source: str


def closed_loop(follow_ups: Iterable[FollowUp], now: int, enough: int = ENOUGH) -> ClosedLoop:
    """How `follow_ups` have fared by `now` (µs)."""
    counts = Counter(_fate(one, now) for one in follow_ups if one.state != "withdrawn")
    decided = counts.total() - counts["waiting"]
    bounds = wilson(counts["in_time"], decided)
    return ClosedLoop(
        opened=counts.total(),
        in_time=counts["in_time"],
        late=counts["late"],
        missed=counts["missed"],
        waiting=counts["waiting"],
        too_few=decided < enough,
        rate=counts["in_time"] / decided if decided else None,
        rate_low=None if bounds is None else bounds.low,
        rate_high=None if bounds is None else bounds.high,
        formula=FORMULA,
        source=SOURCE,
    )


def _fate(follow_up: FollowUp, now: int) -> str:
    contacted = contacted_at(follow_up)
    if contacted is not None:
        return "in_time" if contacted < follow_up.due_at else "late"
    return "missed" if follow_up.due_at <= now else "waiting"
