"""Typeform's words in ours. It knows no tickets: no statuses, no priorities."""

from typing import Final, Literal, NamedTuple, TypeAlias

from ingest.sources.contract import Vocabulary

WORDS: Final = Vocabulary()

Survey: TypeAlias = Literal["csat", "nps", "ces"]


class Scale(NamedTuple):
    """The lowest number that can be chosen, and how many there are."""

    first: int
    points: int


USUAL: Final[dict[Survey, Scale]] = {"csat": Scale(1, 5), "nps": Scale(0, 11), "ces": Scale(1, 7)}
"""The scale that each survey's scores are given on unless another one is named."""

SURVEYS: Final[dict[str, Survey]] = {survey: survey for survey in USUAL}
"""What a question's reference, or the hidden field `survey`, may say that a score is."""

# Kinds of questions.
RATING: Final = "rating"
OPINION: Final = "opinion_scale"
NPS: Final = "nps"
LONG_TEXT: Final = "long_text"
SCALES: Final = frozenset((RATING, OPINION, NPS))
TEXTS: Final = frozenset(("short_text", LONG_TEXT))
CHOICES: Final = frozenset(("multiple_choice", "dropdown", "picture_choice"))

# References of questions.
COMMENT: Final = "comment"
REASON: Final = "reason"

OTHER: Final = "other"
"""A choice that is none of the labels."""

NOTHING: Final = frozenset(("", "xxxxx"))
"""What stands in a hidden field that nobody filled: the link that Typeform shows for sharing has `xxxxx`."""
