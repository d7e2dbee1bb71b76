"""What is left of cases and customers when it has been kept for long enough (pure).

`oldest_words` and `oldest_name` say since when a case holds what ages: after `without_words` or
`without_names` of up to a moment they are later than that.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from feedback.cases.case import Answer, Case, Survey, Ticket, Voice
from feedback.cases.customer import Customer
from feedback.forgetting.wordless import has_words, wordless, wordless_notes, wordless_voice


def oldest_words(case: Case) -> int | None:
    """The moment (µs) of the oldest text that `case` holds; None without any."""
    return min(_words(case), default=None)


def oldest_name(case: Case) -> int | None:
    """The moment (µs) up to which the longest untouched person or address in `case` was about; None where
    it names nobody."""
    return min(_names(case), default=None)


def without_words(case: Case, until: int) -> Case:
    """`case` without what was written up to `until` (µs); it contributes what it did before."""
    return replace(
        case,
        answers=tuple(wordless(answer, until) for answer in case.answers),
        voices=tuple(wordless_voice(one) if one.at <= until else one for one in case.voices),
        follow_ups=tuple(wordless_notes(one, until) for one in case.follow_ups),
    )


def without_names(case: Case, until: int) -> Case:
    """`case` without anybody who had to do with it up to `until` (µs) alone; it contributes what it did
    before."""
    ticket = case.ticket
    if ticket is not None and _last_of_ticket(ticket) <= until:
        ticket = replace(ticket, requester=None, contact=None)
    return replace(
        case,
        ticket=ticket,
        surveys=tuple(replace(s, people=()) if _last_of_survey(s) <= until else s for s in case.surveys),
        answers=tuple(replace(a, customer=None) if a.latest.at <= until else a for a in case.answers),
        voices=tuple(replace(v, customer=None) if v.at <= until else v for v in case.voices),
    )


def aged(customer: Customer, until: int) -> Customer | None:
    """`customer` without what is known from up to `until` (µs); None where nothing is left. That somebody
    doesn't want to be asked, or has been forgotten, stays known."""
    asked_later = customer.asked_at is not None and customer.asked_at > until
    kept = replace(
        customer,
        asked_at=customer.asked_at if asked_later else None,
        linked=customer.linked if asked_later else (),
        moods=tuple(mood for mood in customer.moods if mood.at > until),
    )
    wishes = customer.opted_out or customer.erased_at is not None or (customer.opted_in_at or 0) > until
    return kept if wishes or asked_later or kept.moods else None


def _words(case: Case) -> Iterator[int]:
    for answer in case.answers:
        yield from (one.at for one in answer.revisions if has_words(one))
    yield from (one.at for one in case.voices if has_words(one))
    for follow_up in case.follow_ups:
        yield from (note.at for note in follow_up.notes if note.outcome is not None)


def _names(case: Case) -> Iterator[int]:
    ticket = case.ticket
    if ticket is not None and (ticket.requester is not None or ticket.contact is not None):
        yield _last_of_ticket(ticket)
    yield from (_last_of_survey(survey) for survey in case.surveys if survey.people)
    things: tuple[Answer | Voice, ...] = (*case.answers, *case.voices)
    for thing in things:
        if thing.customer is not None:
            yield thing.latest.at if isinstance(thing, Answer) else thing.at


def _last_of_ticket(ticket: Ticket) -> int:
    """When it was created, opened again or resolved last."""
    moments = ((cycle.opened, cycle.resolved or cycle.opened) for cycle in ticket.cycles)
    return max((ticket.created_at, *(moment for pair in moments for moment in pair)))


def _last_of_survey(survey: Survey) -> int:
    known = (survey.resolved_at, survey.decided_at, survey.sent_at, survey.expires_at)
    return max(moment for moment in known if moment is not None)
