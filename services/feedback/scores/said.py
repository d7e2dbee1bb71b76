"""The figures of what nobody asked for and of what was read in words, for one row.

As in `figures`: every one names its formula and its source and is marked where it is of too few.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from feedback.scores.answers import histograms
from feedback.scores.confidence import of_mean, wilson
from feedback.scores.figures import ENOUGH

Amounts = Mapping[str, int]

SMALLEST_GROUP: Final = 5
"""Of fewer employees there is no mean: it would tell what one of them said."""
EMPLOYEE_SCALE: Final = 5
_LABELS: Final = ("positive", "neutral", "negative", "unknown")
_TONES: Final = ("plain", "sharp", "harsh")
_SEVERITIES: Final = ("none", "low", "medium", "high")


class Sentiment(Struct, kw_only=True, frozen=True):
    """Comments, mentions and exits by what was read in them. `known` are those that aren't `unknown`;
    `negative_share` is of those. By agent the tone and the severity are null: they are kept for all alone."""

    positive: int
    neutral: int
    negative: int
    unknown: int
    known: int
    too_few: bool
    negative_share: float | None
    negative_low: float | None
    negative_high: float | None
    tone_plain: int | None
    tone_sharp: int | None
    tone_harsh: int | None
    severity_none: int | None
    severity_low: int | None
    severity_medium: int | None
    severity_high: int | None
    formula: str
    source: str


class Count(Struct, kw_only=True, frozen=True):
    """How often it happened."""

    count: int
    too_few: bool
    formula: str
    source: str


class Employees(Struct, kw_only=True, frozen=True):
    """What employees said of their work, 1-5; the mean is null for fewer than five answers."""

    scale: int
    answers: int
    too_few: bool
    mean: float | None
    mean_low: float | None
    mean_high: float | None
    formula: str
    source: str


def sentiment(amounts: Amounts, whose: str = "all", enough: int = ENOUGH) -> Sentiment:
    """What was read, by label, tone and severity: share = negative / known, with Wilson's interval."""
    positive, neutral, negative, unknown = _read(amounts, f"sentiment.answer.{whose}", _LABELS)
    known = positive + neutral + negative
    low, high = wilson(negative, known) or (None, None)
    plain, sharp, harsh, none, slight, medium, grave = (
        (*_read(amounts, "tone.answer.all", _TONES), *_read(amounts, "severity.answer.all", _SEVERITIES))
        if whose == "all"
        else [None] * len((*_TONES, *_SEVERITIES))
    )
    return Sentiment(
        positive=positive,
        neutral=neutral,
        negative=negative,
        unknown=unknown,
        known=known,
        too_few=known < enough,
        negative_share=negative / known if known else None,
        negative_low=low,
        negative_high=high,
        tone_plain=plain,
        tone_sharp=sharp,
        tone_harsh=harsh,
        severity_none=none,
        severity_low=slight,
        severity_medium=medium,
        severity_high=grave,
        formula="negative_share = read as negative / (positive + neutral + negative), with Wilson's "
        "interval; what could not be read is in neither",
        source="word lists and learned weights of this service; Wilson 1927; at 95 %",
    )


def count(amounts: Amounts, measure: str, enough: int = ENOUGH) -> Count:
    """How many `measure` (mentions, exits) there were."""
    n = amounts.get(f"{measure}.answer.all.n", 0)
    return Count(
        count=n,
        too_few=n < enough,
        formula=f"count = {measure} at the time of each",
        source="counted, nothing is estimated",
    )


def employees(amounts: Amounts, enough: int = ENOUGH) -> Employees:
    """The mean of the employees' own scores on 1-5, with Student's t interval; null for fewer than five."""
    counts = histograms(amounts, "employee.answer.all").get(EMPLOYEE_SCALE, {})
    n = sum(counts.values())
    shown = n >= SMALLEST_GROUP
    low, high = (of_mean(counts, 1, EMPLOYEE_SCALE) if shown else None) or (None, None)
    return Employees(
        scale=EMPLOYEE_SCALE,
        answers=n,
        too_few=n < max(enough, SMALLEST_GROUP),
        mean=sum(score * answers for score, answers in counts.items()) / n if shown else None,
        mean_low=low,
        mean_high=high,
        formula="mean = sum of the scores / answers on 1-5, with Student's t interval; none for fewer than "
        f"{SMALLEST_GROUP} answers",
        source="Student 1908; at 95 %; the smallest group that is told of is a rule of this service",
    )


def _read(amounts: Amounts, measure: str, names: Sequence[str]) -> list[int]:
    return [amounts.get(f"{measure}.{name}", 0) for name in names]
