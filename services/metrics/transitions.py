"""What a ticket adds to the totals as first known (`rollups.totals`): each transition once, for good."""

from collections.abc import Callable
from typing import Final

from metrics.ticket.render import first_response_us
from metrics.ticket.state import State
from rollups.totals import observe

COUNTERS: Final = ("created", "resolved", "reopened", "customer_messages")
BOUNDS: Final = (
    60,
    300,
    900,
    1800,
    3600,
    7200,
    14_400,
    28_800,
    86_400,
    172_800,
    259_200,
    604_800,
    1_209_600,
    2_592_000,
)
"""The histograms' bucket bounds in seconds."""


Counted = list[int]
"""The most that was ever counted of a ticket, by measure, in the order of `MEASURES`."""


def _resolution(state: State) -> list[int]:
    return [c.resolved - state.created_at for c in state.cycles if c.resolved is not None]


def _first_response(state: State) -> list[int]:
    first = first_response_us(state)
    return [] if first is None else [first]


def _next_response(state: State) -> list[int]:
    return [e.answered - e.customer for e in state.exchanges[1:] if e.answered is not None]


_DURATIONS: Final[dict[str, Callable[[State], list[int]]]] = {
    "first_response": _first_response,
    "next_response": _next_response,
    "resolution": _resolution,
}
MEASURES: Final = (*COUNTERS, *_DURATIONS)


def shown(state: State | None) -> Counted:
    """How many of each of `MEASURES` a ticket shows now: none while it is excluded."""
    if state is None or state.excluded is not None:
        return [0] * len(MEASURES)
    open_cycle = state.cycles[-1].resolved is None
    resolutions = len(state.cycles) - open_cycle
    answered = len(state.exchanges) - state.unanswered
    responded = int(state.responded_at is not None)
    return [
        1,
        resolutions,
        len(state.cycles) - 1,
        state.customer_replies,
        responded,
        answered - responded,
        resolutions,
    ]


def count(
    old: State | None, new: State, counted: Counted | None, *, appended: bool
) -> tuple[dict[str, int], Counted]:
    """What the totals grow by as a ticket goes from `old` to `new`, and what has been counted then.

    What goes beyond the most that was ever `counted` (None for a new ticket) is added. What changes behind
    that mark can't be taken from a counter, and is counted as restated instead; `appended` tells that
    `new` only continues `old`, so that nothing did but by leaving or coming back.
    """
    now = shown(new)
    behind = not appended or (old is not None and old.excluded != new.excluded)
    if now == counted and not behind:
        return {}, now
    marks = counted or [0] * len(MEASURES)
    increments = _restated(old, new, marks) if behind else {}
    for measure, amount, mark in zip(MEASURES, now, marks, strict=True):
        if amount <= mark:
            continue
        if measure in _DURATIONS:
            for us in _DURATIONS[measure](new)[mark:]:
                observe(increments, measure, us, BOUNDS)
        else:
            increments[measure] = amount - mark
    return increments, [max(pair) for pair in zip(now, marks, strict=True)]


def _restated(old: State | None, new: State, marks: Counted) -> dict[str, int]:
    restated = {}
    for measure, before, now, mark in zip(MEASURES, shown(old), shown(new), marks, strict=True):
        changed = abs(min(now, mark) - before)
        if measure in _DURATIONS and old is not None and before and now:
            values = _DURATIONS[measure]
            changed += sum(a != b for a, b in zip(values(old), values(new), strict=False))
        if changed:
            restated[f"restated.{measure}"] = changed
    return restated
