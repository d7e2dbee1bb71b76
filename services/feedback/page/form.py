"""What a customer typed: read strictly, and kept as it is to be shown again (pure)."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal
from urllib.parse import parse_qsl

from feedback.config import Questionnaire

LONGEST: Final = 1000
"""Characters of a comment, and of a further remark."""
_MOST_FIELDS: Final = 16

Field = Literal["score", "comment", "consent", "more"]
Fault = Literal["score", "long", "characters", "empty", "consent"]
Faults = Mapping[Field, Fault]


class Garbled(Exception):
    """A body that no form of ours sends."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in a form; `faults`: what is wrong with which field."""

    score: int | None = None
    text: str = ""
    consent: bool = False
    faults: Faults = field(default_factory=dict)


def fields(body: bytes) -> dict[str, str]:
    """The fields of an urlencoded `body`. Raises Garbled: it isn't UTF-8, or a field comes twice."""
    try:
        pairs = parse_qsl(
            body.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS
        )
    except ValueError:
        raise Garbled("not a form of few fields in UTF-8") from None
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Garbled("a field comes twice")
    return found


def score_of(text: str | None, questionnaire: Questionnaire) -> int | None:
    """The score that `text` is, None where it is no point of the questionnaire's scale."""
    points = range(questionnaire.first, questionnaire.scale + 1)
    return next((point for point in points if str(point) == text), None)


def read_answer(given: Mapping[str, str], questionnaire: Questionnaire) -> Typed:
    """The answer in the fields `given`."""
    score = score_of(given.get("score"), questionnaire)
    raw = given.get("comment", "")
    faults: dict[Field, Fault] = {} if score is not None else {"score": "score"}
    if (fault := _fault(raw)) is not None:
        faults["comment"] = fault
    return Typed(score, cleaned(raw), bool(given.get("consent")), faults)


def read_remark(given: Mapping[str, str], asks_consent: bool) -> Typed:
    """The further remark in the fields `given`, which is kept only with consent where that is asked for."""
    raw = given.get("more", "")
    text, consent = cleaned(raw), bool(given.get("consent"))
    faults: dict[Field, Fault] = {}
    if (fault := _fault(raw)) is not None:
        faults["more"] = fault
    elif not text:
        faults["more"] = "empty"
    if asks_consent and not consent:
        faults["consent"] = "consent"
    return Typed(None, text, consent, faults)


def cleaned(text: str) -> str:
    """`text` with line breaks of one kind, and without control characters and outer space."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return "".join(each for each in lines if each == "\n" or unicodedata.category(each) != "Cc").strip()


def _fault(raw: str) -> Fault | None:
    if "\0" in raw:
        return "characters"
    return "long" if len(cleaned(raw)) > LONGEST else None
