"""Follow-ups as the API shows them (pure)."""

from datetime import datetime
from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from events.instants import moment
from feedback.cases.case import Answer, Case, FollowUp, Note, Voice
from feedback.follow_ups.about import channel, contacted_at, said, team, url
from feedback.sentiment.manner import Severity, Tone
from feedback.sentiment.reading import Reading
from feedback.sentiment.weights import Label


class ReadingRow(Struct, kw_only=True, frozen=True):
    """What was read in the customer's words."""

    label: Label
    polarity: float
    confidence: float
    tone: Tone
    severity: Severity


class NoteRow(Struct, kw_only=True, frozen=True):
    """What somebody recorded."""

    at: datetime
    by: str
    contacted: bool
    outcome: str | None
    owner: str | None


class FollowUpRow(Struct, kw_only=True, frozen=True):
    """A follow-up. `ticket` is null where it is about none that is known; `excluded` says why its ticket has
    left all counts; `forgotten`: what it was about has been erased. `text` is there only where asked for."""

    id: str
    rule: Literal["detractor", "mention"]
    state: Literal["open", "contacted", "withdrawn"]
    overdue: bool
    owner: str | None
    opened_at: datetime
    due_at: datetime
    contacted_at: datetime | None
    source: str
    ticket: str | None
    url: str | None
    team: str | None
    channel: str | None
    excluded: str | None
    forgotten: bool
    kind: Literal["answer", "mention", "exit", "report"] | None
    survey: str | None
    score: int | None
    scale: int | None
    reading: ReadingRow | None
    notes: list[NoteRow]
    text: str | UnsetType | None = UNSET


def row(case: Case, follow_up: FollowUp, now: int, *, with_text: bool) -> FollowUpRow:
    """`follow_up` of `case` as it stands at `now` (µs), with the customer's own words where `with_text`."""
    thing = said(case, follow_up)
    answer = thing if isinstance(thing, Answer) else None
    contacted = contacted_at(follow_up)
    return FollowUpRow(
        id=follow_up.id,
        rule=follow_up.rule,
        state=follow_up.state,
        overdue=follow_up.state == "open" and follow_up.due_at <= now,
        owner=follow_up.owner,
        opened_at=moment(follow_up.opened_at),
        due_at=moment(follow_up.due_at),
        contacted_at=None if contacted is None else moment(contacted),
        source=case.source,
        ticket=None if case.ticket is None else case.subject,
        url=url(case, thing),
        team=team(case, thing),
        channel=channel(case, thing),
        excluded=None if case.ticket is None else case.ticket.excluded,
        forgotten=thing is None,
        kind="answer" if answer else thing.kind if isinstance(thing, Voice) else None,
        survey=answer.name if answer else None,
        score=answer.latest.score if answer else None,
        scale=answer.scale if answer else None,
        reading=_reading(_read(thing)),
        notes=[_note(note) for note in follow_up.notes],
        text=_text(thing) if with_text else UNSET,
    )


def _read(thing: Answer | Voice | None) -> Reading | None:
    if isinstance(thing, Answer):
        return thing.latest.reading
    return None if thing is None else thing.reading


def _text(thing: Answer | Voice | None) -> str | None:
    if isinstance(thing, Answer):
        return thing.latest.comment
    return None if thing is None else thing.text


def _reading(reading: Reading | None) -> ReadingRow | None:
    if reading is None:
        return None
    return ReadingRow(
        label=reading.label,
        polarity=reading.polarity,
        confidence=reading.confidence,
        tone=reading.tone,
        severity=reading.severity,
    )


def _note(note: Note) -> NoteRow:
    return NoteRow(
        at=moment(note.at), by=note.by, contacted=note.contacted, outcome=note.outcome, owner=note.owner
    )
