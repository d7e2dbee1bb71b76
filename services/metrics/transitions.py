"""What a ticket adds to the totals as first known (`rollups.totals`): each transition once, for good."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from events.instants import SECOND
from metrics.seen import Seen
from metrics.sla.policy import TARGETS, Rules
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
"""The histograms' bucket bounds in seconds, but for the targets of policies, which come among them."""

Span = tuple[int, int]


def bounds(rules: Rules) -> tuple[int, ...]:
    """The histograms' bounds in seconds: BOUNDS and the targets of all policies, sorted."""
    targets = {us // SECOND for policy in rules.policies for us in policy.targets.values()}
    return tuple(sorted({*BOUNDS, *targets}))


Counted = list[int]
"""The most that was ever counted of a ticket, by measure, in the order of `MEASURES`."""


def _first_response(seen: Seen) -> list[Span]:
    span = seen.state.first_response
    return [] if span is None else [span]


def _next_response(seen: Seen) -> list[Span]:
    return [(e.customer, e.answered) for e in seen.state.exchanges[1:] if e.answered is not None]


def _resolution(seen: Seen) -> list[Span]:
    state = seen.state
    return [(state.created_at, c.resolved) for c in state.cycles if c.resolved is not None]


_SPANS: Final[dict[str, Callable[[Seen], list[Span]]]] = {
    "first_response": _first_response,
    "next_response": _next_response,
    "resolution": _resolution,
}
DURATIONS: Final = (*_SPANS, *(f"{name}_business" for name in _SPANS))
SLA: Final = tuple(f"sla.{target}.{outcome}" for target in TARGETS for outcome in ("met", "breached"))
MEASURES: Final = (*COUNTERS, *DURATIONS, *SLA)
_NONE: Final = [0] * len(MEASURES)


def shown(seen: Seen | None) -> Counted:
    """How many of each of `MEASURES` a ticket shows now: none while it is excluded."""
    if seen is None or seen.state.excluded is not None:
        return _NONE
    state = seen.state
    resolutions = len(state.cycles) - (state.cycles[-1].resolved is None)
    responded = int(state.responded_at is not None)
    answered = len(state.exchanges) - state.unanswered - responded
    counts = [1, resolutions, len(state.cycles) - 1, state.customer_replies, responded, answered, resolutions]
    if seen.rules.empty:
        return counts + _NONE[len(counts) :]
    outcomes = Counter((clock.target, clock.state) for clock in seen.clocks)
    counts += [len(_durations(seen, name)) for name in DURATIONS[len(_SPANS) :]]
    return counts + [outcomes[target, outcome] for target in TARGETS for outcome in ("met", "breached")]


def _durations(seen: Seen, measure: str) -> list[int]:
    """The durations (µs) that a ticket shows, in order; business ones only where there is a calendar."""
    spans = _SPANS[measure.removesuffix("_business")](seen)
    if measure in _SPANS:
        return [end - start for start, end in spans]
    open_times = [seen.open_time(start, end) for start, end in spans]
    return [us for us in open_times if us is not None]


def count(
    old: Seen | None, new: Seen, counted: Counted | None, bounds: Sequence[int], *, appended: bool
) -> tuple[dict[str, int], Counted]:
    """What the totals grow by as a ticket goes from `old` to `new`, and what has been counted then.

    What goes beyond the most that was ever `counted` (None for a new ticket) is added, durations under the
    histogram's `bounds` (seconds). What changes behind that mark can't be taken from a counter, and is
    counted as restated instead; `appended` tells that `new` only continues `old`, so that nothing did but
    by leaving or coming back.
    """
    now = shown(new)
    behind = not appended or (old is not None and old.state.excluded != new.state.excluded)
    if now == counted and not behind:
        return {}, now
    marks = [*(counted or ()), *_NONE[len(counted or ()) :]]
    increments = _restated(old, new, marks) if behind else {}
    for measure, amount, mark in zip(MEASURES, now, marks, strict=True):
        if amount <= mark:
            continue
        if measure in DURATIONS:
            for us in _durations(new, measure)[mark:]:
                observe(increments, measure, us, bounds)
        else:
            increments[measure] = amount - mark
    return increments, [max(pair) for pair in zip(now, marks, strict=True)]


def _restated(old: Seen | None, new: Seen, marks: Counted) -> dict[str, int]:
    restated = {}
    for measure, before, now, mark in zip(MEASURES, shown(old), shown(new), marks, strict=True):
        changed = abs(min(now, mark) - before)
        if measure in DURATIONS and old is not None and before and now:
            values = zip(_durations(old, measure), _durations(new, measure), strict=False)
            changed += sum(a != b for a, b in values)
        if changed:
            restated[f"restated.{measure}"] = changed
    return restated
