"""What something adds to the aggregates, and the difference between two such contributions.

A contribution is sparse: place → measure → amount. A place is a bucket (seconds since the epoch, or NOW
for what holds at present) and a tuple of labels. Amounts are integers, so that adding and taking back in
any order gives the same aggregates to the last digit.
"""

from functools import cache
from typing import Final, NamedTuple

from events.instants import SECOND
from rollups.sketch import bin_of

NOW: Final = -1
"""The bucket of what holds at present: levels, not happenings."""

Labels = tuple[str | None, ...]


class Place(NamedTuple):
    """Where an amount belongs."""

    bucket: int
    labels: Labels


Amounts = dict[Place, dict[str, int]]


def add(amounts: Amounts, place: Place, measure: str, amount: int) -> None:
    """Add `amount` of `measure` at `place`; what comes to nothing disappears."""
    at = amounts.get(place)
    if at is None:
        amounts[place] = {measure: amount}
        return
    total = at.get(measure, 0) + amount
    if total:
        at[measure] = total
    else:
        at.pop(measure, None)
        if not at:
            del amounts[place]


def add_duration(amounts: Amounts, place: Place, measure: str, us: int, sign: int) -> None:
    """Add one duration of `us` microseconds (`sign` 1) or take it back (-1): its count, its sum, its bin.

    The sum is kept in seconds and microseconds apart: exact, and far from the limits of a 64-bit integer.
    """
    whole, rest = divmod(us, SECOND)
    n, s, u = _names(measure)
    add(amounts, place, n, sign)
    if whole:
        add(amounts, place, s, sign * whole)
    if rest:
        add(amounts, place, u, sign * rest)
    add(amounts, place, _bin_name(measure, bin_of(us)), sign)


@cache
def _names(measure: str) -> tuple[str, str, str]:
    return f"{measure}.n", f"{measure}.s", f"{measure}.u"


@cache
def _bin_name(measure: str, index: int) -> str:
    return f"{measure}.b.{index}"
