"""What facts and feedback events make of a case (pure).

The result depends on the set of what was told: facts are ordered by their version, revisions and remarks by
their time and then the event's id, and what was told before changes nothing.
"""

import hashlib
from collections.abc import Iterable
from typing import Final

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from events.codec import EventInvalid
from events.facts import TicketFacts
from events.feedback import EmployeeReported, FeedbackExited, FeedbackMentioned, FeedbackRated
from events.instants import micros
from feedback.cases.case import Answer, Case, Cycle, Revision, Ticket, Voice
from feedback.scores.answers import OutOfScale
from feedback.scores.scales import FIRST, USUAL
from feedback.sentiment.reading import Reading

ASKED: Final = "survey:"
"""How the ids of answers to our own surveys begin: `survey:<survey id>:<when>`."""
MORE: Final = "more:"
"""How the ids of remarks beside such an answer begin: `more:<survey id>:<when>`."""
_REPEATED: Final = (ASKED, MORE, "rated:", "mentioned:", "exited:")
_PARTS: Final = 3
"""What such an id has at least: what it is, about what, and what was said or when."""
_MOST_REVISIONS: Final = 50

MOST: Final = 2000
"""The most answers, and the most remarks, that one case holds: it is one document."""

Said = FeedbackRated | FeedbackMentioned | FeedbackExited | EmployeeReported


class CaseFull(ValueError):
    """More was said under one subject than one case holds."""


def identity(event_id: str) -> str:
    """What the event with this id tells anew: a second telling about the same replaces the first."""
    if not event_id.startswith(_REPEATED) or event_id.count(":") < _PARTS - 1:
        return event_id
    about = event_id.rpartition(":")[0]
    return about.removeprefix(ASKED)


def place_of(event: Said) -> str:
    """The subject of the case that `event` belongs to. A customer's pseudonym names no case: it would be all
    over the store, also when they are forgotten."""
    ticket = event.data.ticket if isinstance(event, FeedbackRated) else None
    if ticket:
        return ticket
    if event.subject in (getattr(event.data, "customer", None), getattr(event.data, "author", None)):
        return f"customer-{hashlib.sha256(event.subject.encode()).hexdigest()[:32]}"
    return event.subject


def text_of(event: Said) -> str | None:
    """What a customer wrote in `event`, if anything. What employees write is not theirs."""
    match event:
        case FeedbackRated() | FeedbackExited():
            return _known(event.data.comment)
        case FeedbackMentioned():
            return event.data.text or None
        case _:
            return None


def with_facts(case: Case | None, facts: TicketFacts, owner: str) -> Case:
    """`case` once `facts` are known, in the care of `owner`; older facts than the known ones are ignored,
    and those that say nothing new bring back no address that was dropped. Raises EventInvalid."""
    known = case or Case(source=facts.source, subject=facts.id, owner=owner)
    if known.ticket is not None and known.ticket.version > facts.version:
        return known
    ends = [None if cycle.resolved_at is None else micros(cycle.resolved_at) for cycle in facts.cycles]
    agents = facts.credited or [[] for _ in facts.cycles]
    if len(agents) != len(ends):
        raise EventInvalid("credited", "expected a list for each of cycles")
    ticket = Ticket(
        version=facts.version,
        created_at=micros(facts.created_at),
        team=facts.team,
        channel=facts.channel,
        assignee=facts.assignee,
        # Nobody stops having asked, except by erasure, which may reach metrics before it is read here: it
        # has to find whose the ticket was.
        requester=facts.requester or (None if known.ticket is None else known.ticket.requester),
        contact=facts.contact,
        locale=facts.locale,
        url=facts.url,
        tags=tuple(facts.tags),
        excluded=facts.excluded,
        cycles=tuple(
            Cycle(micros(cycle.opened_at), end, tuple(credited))
            for cycle, end, credited in zip(facts.cycles, ends, agents, strict=True)
        ),
    )
    if known.ticket is not None and ticket == replace(known.ticket, contact=ticket.contact):
        return replace(known, owner=owner)
    return replace(known, ticket=ticket, owner=owner)


def with_said(case: Case | None, event: Said, owner: str, reading: Reading | None) -> Case:
    """`case` once `event` was told; `reading` is what its text says, None without a text.

    Raises OutOfScale for a score that is no point of its scale, CaseFull where the subject is no ticket but
    a place where everybody speaks.
    """
    known = case or Case(source=event.source, subject=place_of(event), owner=owner)
    if isinstance(event, FeedbackRated):
        after = replace(known, answers=_answers(known.answers, event, reading))
    else:
        after = replace(known, voices=_voices(known.voices, _voice(event, reading)))
    if len(after.answers) > MOST or len(after.voices) > MOST:
        raise CaseFull(f"subject: more than {MOST} under one; post each under a subject of its own")
    return after


def _answers(known: tuple[Answer, ...], event: FeedbackRated, reading: Reading | None) -> tuple[Answer, ...]:
    told = _answer(event, reading)
    before = next((one for one in known if one.id == told.id), None)
    if before is None:
        return tuple(sorted((*known, told), key=lambda one: one.id))
    revisions = _revisions((*before.revisions, *told.revisions))
    # What is said beside the score stands as the latest revision says it, whichever came first.
    latest = told if revisions[-1].event == told.latest.event else before
    customer = before.customer or told.customer
    merged = replace(latest, revisions=revisions, customer=customer, counted=before.counted)
    return tuple(merged if one.id == told.id else one for one in known)


def _answer(event: FeedbackRated, reading: Reading | None) -> Answer:
    data = event.data
    scale = data.scale if isinstance(data.scale, int) else USUAL[data.survey]
    if not FIRST[data.survey] <= data.score <= scale:
        raise OutOfScale(
            f"data.score: expected {FIRST[data.survey]} to {scale} for {data.survey}, got {data.score}"
        )
    name = identity(event.id)
    if not event.id.startswith(ASKED) and scale != USUAL[data.survey]:
        # A tool that changes its scale starts anew: scores of different scales never replace each other.
        name = f"{name}/{scale}"
    locale = _known(data.locale)
    return Answer(
        id=name,
        survey=data.survey,
        name=_known(data.question) or data.survey,
        scale=scale,
        customer=_known(data.customer),
        team=_known(data.team),
        agent=_known(data.agent),
        revisions=(
            Revision(
                at=micros(event.time),
                event=event.id,
                score=data.score,
                comment=_known(data.comment),
                locale=locale,
                reading=reading,
            ),
        ),
    )


def _revisions(known: Iterable[Revision]) -> tuple[Revision, ...]:
    """Each once, in order; of very many the first, which says when it was given, and the latest."""
    distinct = {revision.event: revision for revision in reversed(list(known))}
    ordered = sorted(distinct.values(), key=lambda revision: (revision.at, revision.event))
    return (ordered[0], *ordered[1:][-(_MOST_REVISIONS - 1) :])


def _voices(known: tuple[Voice, ...], told: Voice) -> tuple[Voice, ...]:
    before = next((one for one in known if one.id == told.id), None)
    if before is not None and (before.at, before.event) >= (told.at, told.event):
        return known
    kept = told if before is None else replace(told, counted=before.counted)
    return tuple(sorted((*(one for one in known if one.id != told.id), kept), key=lambda one: one.id))


def _voice(event: FeedbackMentioned | FeedbackExited | EmployeeReported, reading: Reading | None) -> Voice:
    name, at = identity(event.id), micros(event.time)
    match event:
        case FeedbackMentioned():
            return Voice(
                id=name,
                kind="mention",
                at=at,
                event=event.id,
                text=event.data.text,
                channel=event.data.channel,
                customer=_known(event.data.customer) or _known(event.data.author),
                url=_known(event.data.url),
                locale=_known(event.data.locale),
                reading=reading,
            )
        case FeedbackExited():
            return Voice(
                id=name,
                kind="exit",
                at=at,
                event=event.id,
                text=_known(event.data.comment),
                reason=_known(event.data.reason),
                customer=event.data.customer,
                reading=reading,
            )
        case EmployeeReported():
            # Who reported is nobody's business: the team's mood is.
            data = event.data
            score = data.score if isinstance(data.score, int) else None
            return Voice(
                id=name,
                kind="report",
                at=at,
                event=event.id,
                text=_known(data.comment),
                team=_known(data.team),
                score=score,
            )


def _known(value: str | UnsetType | None) -> str | None:
    return None if value is UNSET or isinstance(value, UnsetType) else value or None
