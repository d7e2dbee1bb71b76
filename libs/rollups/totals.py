"""Durable totals: what Prometheus counters and histograms need, because they may never go down.

A histogram is kept as increments: `<measure>.n` observations, their sum in whole seconds `.s` and
microseconds `.u`, and under `.le.<bound>` the observations whose smallest bound (seconds) it is, not yet
cumulated; `.le.inf` holds those above all bounds.
"""

from bisect import bisect_left
from collections.abc import Sequence
from functools import cache
from typing import Final

from events.instants import SECOND

INFINITE: Final = "inf"


def observe(increments: dict[str, int], measure: str, us: int, bounds: Sequence[int]) -> None:
    """Add one observation of `us` microseconds to `increments`; `bounds` are sorted seconds."""
    whole, rest = divmod(us, SECOND)
    # A whole number of seconds belongs under its own bound, anything above it under the next.
    place = bisect_left(bounds, whole + 1 if rest else whole)
    bound = str(bounds[place]) if place < len(bounds) else INFINITE
    n, s, u, le = _names(measure, bound)
    increments[n] = increments.get(n, 0) + 1
    increments[le] = increments.get(le, 0) + 1
    if whole:
        increments[s] = increments.get(s, 0) + whole
    if rest:
        increments[u] = increments.get(u, 0) + rest


@cache
def _names(measure: str, bound: str) -> tuple[str, str, str, str]:
    return f"{measure}.n", f"{measure}.s", f"{measure}.u", f"{measure}.le.{bound}"
