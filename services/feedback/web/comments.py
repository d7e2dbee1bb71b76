"""What customers said in a case, as rows of a list (pure)."""

from collections.abc import Iterator, Set
from datetime import datetime
from typing import Any, Final, Literal, get_args

from msgspec import Struct

from events.instants import moment
from feedback.cases.case import Answer, Case, Voice
from feedback.follow_ups import about
from feedback.scores.said import EMPLOYEE_SCALE
from feedback.scores.scales import USUAL
from feedback.sentiment.labels import contradicts
from feedback.sentiment.language import Language
from feedback.sentiment.manner import Severity, Tone
from feedback.sentiment.reading import Reading
from feedback.sentiment.weights import Label

Kind = Literal["answer", "mention", "exit", "report"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
CUSTOMERS: Final = frozenset(KINDS) - {"report"}
"""What is listed unless asked otherwise: what employees say isn't a customer's word."""
_READ: Final = ("label", "polarity", "confidence", "tone", "severity", "language", "method", "version")


class Comment(Struct, kw_only=True, frozen=True):
    """A text, who was asked what about which ticket (null: none is known), and what was read in it.

    `contradicts`: whether text and score say the opposite of each other; null where one of them doesn't
    tell. `follow_ups`: the ids of what somebody has to do about it.
    """

    at: datetime
    kind: Kind
    id: str
    source: str
    ticket: str | None
    team: str | None
    channel: str | None
    survey: str | None
    score: int | None
    scale: int | None
    text: str
    reason: str | None
    url: str | None
    label: Label | None
    polarity: float | None
    confidence: float | None
    tone: Tone | None
    severity: Severity | None
    language: Language | None
    method: str | None
    version: str | None
    contradicts: bool | None
    follow_ups: list[str]


class Wanted(Struct, kw_only=True, frozen=True):
    """What is asked for: any of the values of each; None: whatever it is."""

    kinds: Set[str] = CUSTOMERS
    labels: Set[str] | None = None
    teams: Set[str | None] | None = None
    sources: Set[str] | None = None
    contradicting: bool = False

    def has(self, comment: Comment) -> bool:
        """Whether `comment` is asked for."""
        return (
            comment.kind in self.kinds
            and (self.labels is None or comment.label in self.labels)
            and (self.teams is None or comment.team in self.teams)
            and (self.sources is None or comment.source in self.sources)
            and (comment.contradicts is True or not self.contradicting)
        )


def comments(case: Case) -> list[Comment]:
    """All that was said in `case`, the newest first; nothing where its ticket is excluded."""
    if case.excluded:
        return []
    found = [*_answers(case), *_voices(case)]
    return sorted(found, key=lambda one: (one.at, one.id), reverse=True)


def _answers(case: Case) -> Iterator[Comment]:
    for answer in case.answers:
        latest = answer.latest
        if not latest.comment:
            continue
        yield Comment(
            at=moment(latest.at),
            kind="answer",
            survey=answer.name,
            score=latest.score,
            scale=answer.scale,
            text=latest.comment,
            reason=None,
            contradicts=_contradicts(answer),
            **_about(case, answer),
            **_read(latest.reading),
        )


def _voices(case: Case) -> Iterator[Comment]:
    for voice in case.voices:
        if not voice.text:
            continue
        yield Comment(
            at=moment(voice.at),
            kind=voice.kind,
            survey=None,
            score=voice.score,
            scale=None if voice.score is None else EMPLOYEE_SCALE,
            text=voice.text,
            reason=voice.reason,
            contradicts=None,
            **_about(case, voice),
            **_read(voice.reading),
        )


def _about(case: Case, said: Answer | Voice) -> dict[str, Any]:
    return {
        "id": said.id,
        "source": case.source,
        "ticket": None if case.ticket is None else case.subject,
        "team": about.team(case, said),
        "channel": about.channel(case, said),
        "url": about.url(case, said),
        "follow_ups": [one.id for one in case.follow_ups if one.about == said.id],
    }


def _read(reading: Reading | None) -> dict[str, Any]:
    return {name: None if reading is None else getattr(reading, name) for name in _READ}


def _contradicts(answer: Answer) -> bool | None:
    reading = answer.latest.reading
    if reading is None or answer.scale != USUAL[answer.survey]:
        return None
    return contradicts(answer.survey, answer.latest.score, reading)
