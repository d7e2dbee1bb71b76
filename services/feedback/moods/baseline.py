"""How somebody usually speaks: harsh words are a habit for many, a change is news (pure)."""

from collections.abc import Iterable
from typing import Final

from feedback.cases.customer import Mood

ENOUGH: Final = 3
"""Of fewer earlier texts nobody's habit can be told."""
CHANGE: Final = 0.3
"""A polarity (-1 to 1) that is less than this below the usual one is as usual."""


def baseline(moods: Iterable[Mood], before: int) -> float | None:
    """The mean polarity of the `moods` of before `before` (µs); None where they are too few."""
    earlier = [mood.polarity for mood in moods if mood.at < before]
    return sum(earlier) / len(earlier) if len(earlier) >= ENOUGH else None


def is_usual(moods: Iterable[Mood], at: int, polarity: float) -> bool:
    """Whether a text of `at` (µs) with this `polarity` is what its writer's `moods` let expect. Somebody of
    whom little is known has no habits."""
    usual = baseline(moods, at)
    return usual is not None and usual - polarity < CHANGE
