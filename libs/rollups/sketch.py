"""A mergeable distribution of durations in logarithmic bins, with a relative error of at most 1 %.

A bin holds the values in (GROWTH^(i-1), GROWTH^i] and is read as their harmonic middle, which is off by
at most (GROWTH-1)/(GROWTH+1) = 0.99 %. Bins are plain counts: they add up, and subtracting takes back.
(DDSketch: Masson, Rim, Lee, "DDSketch: a fast and fully-mergeable quantile sketch", VLDB 2019.)
"""

import math
from collections.abc import Mapping
from typing import Final

GROWTH: Final = 1.02
ZERO: Final = -1
"""The bin of a duration of nothing."""

_LOG = math.log(GROWTH)


def bin_of(value: int) -> int:
    """The bin of a duration of `value` microseconds (0 or more)."""
    return ZERO if value <= 0 else math.ceil(math.log(value) / _LOG)


def middle(index: int) -> float:
    """The duration in microseconds that stands for all in bin `index`."""
    return 0.0 if index == ZERO else 2 * GROWTH**index / (GROWTH + 1)


def quantile(bins: Mapping[int, int], q: float) -> float | None:
    """The `q` quantile (0–1) in microseconds, linear between ranks; None where `bins` hold nothing."""
    filled = sorted((index, count) for index, count in bins.items() if count > 0)
    total = sum(count for _, count in filled)
    if total == 0:
        return None
    rank = q * (total - 1)
    low = math.floor(rank)
    below = _at_rank(filled, low)
    above = _at_rank(filled, min(low + 1, total - 1))
    return below + (above - below) * (rank - low)


def _at_rank(filled: list[tuple[int, int]], rank: int) -> float:
    seen = 0
    for index, count in filled:
        seen += count
        if rank < seen:
            return middle(index)
    raise AssertionError("a rank beyond the total")
