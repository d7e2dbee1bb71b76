"""The scales that customers answer on, and which answers count as favourable on each.

A score is a whole number from the survey's first point to its scale, the best point. Scores of different
scales are never converted or mixed: a 4 of 5 is no 8 of 10, and answers spread differently over more points.
"""

from typing import Final, Literal, NamedTuple

Survey = Literal["csat", "nps", "ces"]

FIRST: Final[dict[Survey, int]] = {"csat": 1, "nps": 0, "ces": 1}
"""The worst point of each survey's scales."""

USUAL: Final[dict[Survey, int]] = {"csat": 5, "nps": 10, "ces": 7}
"""The scale that each survey's figures are defined on, and that an answer without a scale is given on."""

RESERVED: Final = frozenset(
    {
        "comments",
        "employee",
        "exits",
        "mentions",
        "other",
        "response",
        "response_rate",
        "sentiment",
        "severity",
        "tone",
    }
)
"""What no question set of one's own may be called: the words that other measures are kept and asked under."""


class Norm(NamedTuple):
    """Answers of `favourable` or more are favourable, None where nobody has said which are."""

    favourable: int | None
    formula: str
    source: str


_MEAN: Final = "mean = sum of the scores / answers, with Student's t interval"
_WILSON: Final = "with Wilson's interval"
_INTERVALS: Final = "Wilson 1927; Student 1908; both at 95 %"

_NORMS: Final[dict[tuple[Survey, int], Norm]] = {
    ("csat", 5): Norm(
        4,
        f"share = answers of 4 and 5 / answers on 1-5 (top-2 box), {_WILSON}; {_MEAN}",
        f"help.delighted.com/article/240-how-is-csat-calculated; {_INTERVALS}",
    ),
    ("csat", 2): Norm(
        2,
        f"share = answers of 2 (good) / answers on 1-2 (good and bad), {_WILSON}; {_MEAN}",
        f"support.kaizo.com/hc/en-us/articles/360031019752 on Zendesk's good and bad; {_INTERVALS}",
    ),
    ("ces", 7): Norm(
        5,
        f"share = answers of 5, 6 and 7 (at least somewhat agree) / answers on 1-7, {_WILSON}; {_MEAN}",
        "zonkafeedback.com/guides/customer-effort-score-guide (share); "
        f"support.nicereply.com/article/244 (mean); {_INTERVALS}",
    ),
}


def norm(survey: Survey, scale: int) -> Norm:
    """What counts as favourable on the `scale` of `survey`; on a scale without a norm only the mean does."""
    known = _NORMS.get((survey, scale))
    if known is not None:
        return known
    points = f"{FIRST[survey]}-{scale}"
    return Norm(None, f"no share: no norm says which answers on {points} are favourable; {_MEAN}", _INTERVALS)
