"""Which scores are low enough that somebody has to get in touch (pure).

On the scale that a survey is defined on, low is what its norm calls unfavourable: csat 1-2 of 5, nps 0-6,
ces 1-3 of 7. No norm speaks of other scales: there the same share of the points is low, counted from the
worst and rounded down, and the worst point always is (Zendesk's "bad" is 1 of 2).
"""

from fractions import Fraction
from typing import Final

from feedback.scores.scales import FIRST, Survey

_LOW: Final[dict[Survey, Fraction]] = {
    "csat": Fraction(2, 5),
    "nps": Fraction(7, 11),
    "ces": Fraction(3, 7),
}


def is_low(survey: Survey, score: int, scale: int) -> bool:
    """Whether `score` is low on the points from the survey's first to `scale`, the best."""
    points = scale - FIRST[survey] + 1
    return score - FIRST[survey] < max(1, int(_LOW[survey] * points))
