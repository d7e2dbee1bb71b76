"""Quantiles from logarithmic bins are within 1 % of those of the values themselves."""

import math
from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rollups.sketch import bin_of, middle, quantile

CENTURY = 100 * 366 * 86_400 * 1_000_000

# Evenly over the magnitudes from 1 µs to 100 years, and nothing at all.
_durations = st.one_of(
    st.just(0),
    st.integers(0, 52).flatmap(lambda bits: st.integers(1 << bits >> 1, min(1 << bits, CENTURY))),
    st.sampled_from((1, CENTURY)),
)
_many = st.lists(_durations, min_size=1, max_size=60)
_quantiles = st.floats(0, 1) | st.sampled_from((0.0, 0.5, 0.9, 0.95, 0.99, 1.0))


def sketch(values: list[int]) -> Counter[int]:
    return Counter(map(bin_of, values))


def interpolated(values: list[int], q: float) -> float:
    """The quantile of the values themselves, linear between ranks."""
    ordered = sorted(values)
    rank = q * (len(ordered) - 1)
    low = math.floor(rank)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (rank - low)


@given(_many, _quantiles)
@example([CENTURY], 0.5)
@example([0, 0, 1], 1.0)
def test_a_quantile_is_within_one_percent(values: list[int], q: float) -> None:
    exact = interpolated(values, q)

    found = quantile(sketch(values), q)

    assert found is not None
    assert abs(found - exact) <= 0.01 * exact


@given(st.integers(0, 2700))
def test_the_values_beside_every_bins_bound_are_within_one_percent(index: int) -> None:
    bound = round(1.02**index)
    for value in {max(1, bound - 1), bound, bound + 1}:
        assert abs(middle(bin_of(value)) - value) <= 0.01 * value


@given(_durations, _durations)
def test_a_longer_duration_is_never_in_a_lower_bin(one: int, other: int) -> None:
    shorter, longer = sorted((one, other))

    assert bin_of(shorter) <= bin_of(longer)


@given(_many, _many)
def test_two_sketches_add_up_to_the_sketch_of_both(some: list[int], others: list[int]) -> None:
    assert sketch(some) + sketch(others) == sketch(some + others)


@given(_many, _many, _quantiles)
def test_what_is_taken_back_was_never_there(kept: list[int], taken: list[int], q: float) -> None:
    bins = sketch(kept + taken)
    bins.subtract(sketch(taken))

    assert quantile(bins, q) == quantile(sketch(kept), q)


@pytest.mark.parametrize("bins", [{}, {5: 0}, {-1: 0, 7: 0}])
def test_nothing_has_no_quantile(bins: dict[int, int]) -> None:
    assert quantile(bins, 0.5) is None


def test_a_duration_of_nothing_is_nothing_exactly() -> None:
    assert quantile(sketch([0, 0, 0]), 0.99) == 0.0
