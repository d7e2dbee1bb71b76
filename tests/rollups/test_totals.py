"""Observations under the bounds of a histogram."""

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollups.totals import INFINITE, observe

SECOND = 1_000_000
BOUNDS = (60, 300, 3600)

_observations = st.lists(
    st.integers(0, 4000 * SECOND)
    | st.sampled_from([bound * SECOND + off for bound in BOUNDS for off in (-1, 0, 1)]),
    max_size=40,
)


def observed(*durations: int) -> dict[str, int]:
    increments: dict[str, int] = {}
    for us in durations:
        observe(increments, "took", us, BOUNDS)
    return increments


@pytest.mark.parametrize("bound", BOUNDS)
def test_what_lies_exactly_on_a_bound_falls_under_it(bound: int) -> None:
    assert observed(bound * SECOND) == {"took.n": 1, f"took.le.{bound}": 1, "took.s": bound}


@pytest.mark.parametrize(("bound", "following"), [(60, 300), (300, 3600), (3600, INFINITE)])
def test_a_microsecond_more_falls_under_the_next(bound: int, following: int | str) -> None:
    assert observed(bound * SECOND + 1) == {
        "took.n": 1,
        f"took.le.{following}": 1,
        "took.s": bound,
        "took.u": 1,
    }


def test_nothing_and_the_smallest_fall_under_the_first() -> None:
    assert observed(0, 1) == {"took.n": 2, "took.le.60": 2, "took.u": 1}


@given(_observations)
def test_cumulated_bounds_count_what_is_no_longer_and_sums_are_exact(durations: list[int]) -> None:
    increments = observed(*durations)

    under = [increments.get(f"took.le.{bound}", 0) for bound in (*BOUNDS, INFINITE)]
    limits = [*(bound * SECOND for bound in BOUNDS), max(durations, default=0)]
    assert list(accumulate(under)) == [sum(us <= limit for us in durations) for limit in limits[:3]] + [
        increments.get("took.n", 0)
    ]
    assert increments.get("took.n", 0) == len(durations)
    assert increments.get("took.s", 0) * SECOND + increments.get("took.u", 0) == sum(durations)
