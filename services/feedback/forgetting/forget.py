"""What is left of a case, and of a customer, when somebody is forgotten (pure).

Words go, and whatever names a person. What is counted stays: scores, times, labels, what was read in texts.
"""

from collections.abc import Mapping, Set
from typing import Final

from msgspec.structs import replace

from feedback.cases.case import Answer, Case, FollowUp, Survey, Ticket, Voice
from feedback.cases.customer import Customer
from feedback.cases.planning import withheld
from feedback.follow_ups.rules import FORGOTTEN
from feedback.forgetting.belongings import belongings
from feedback.forgetting.wordless import wordless, wordless_notes, wordless_voice

_EVER: Final = 1 << 62
"""Later than any moment (µs)."""


def forgotten(case: Case, people: Set[str], until: int) -> Case:
    """`case` without what makes it personal to `people` (pseudonyms) up to `until` (µs).

    It contributes what it did before. Doing it again changes nothing. Where its ticket was theirs the case
    remembers until when that is forgotten.
    """
    mine = belongings(case, people, until)
    if not mine.anything:
        return case
    return replace(
        case,
        forgotten_until=max(case.forgotten_until, until if mine.ticket else 0),
        ticket=_ticket(case.ticket) if mine.ticket else case.ticket,
        surveys=tuple(_survey(one) if one.id in mine.surveys else one for one in case.surveys),
        answers=tuple(_answer(one, mine.said.get(one.id)) for one in case.answers),
        voices=tuple(_voice(one) if one.id in mine.said else one for one in case.voices),
        follow_ups=tuple(_follow_up(one, case, mine.said.get(one.about)) for one in case.follow_ups),
    )


def obeyed(case: Case, customers: Mapping[str, Customer]) -> Case:
    """`case` as it may be kept where some of `customers` (by pseudonym) are erased: what arrives after an
    erasure ends as if it had been there before."""
    for name in sorted(case.people()):
        customer = customers.get(name)
        if customer is not None and customer.erased_at is not None:
            case = forgotten(case, {name}, customer.erased_at)
    return forgotten(case, frozenset(), 0) if case.forgotten_until else case


def reduced(customer: Customer, until: int) -> Customer:
    """`customer`, erased up to `until` (µs): known stay whether they want to be asked, and what is later."""
    asked_later = customer.asked_at is not None and customer.asked_at > until
    return Customer(
        id=customer.id,
        asked_at=customer.asked_at if asked_later else None,
        opted_out_at=customer.opted_out_at,
        opted_in_at=customer.opted_in_at,
        erased_at=max(until, customer.erased_at or until),
        linked=customer.linked if asked_later else (),
        moods=tuple(mood for mood in customer.moods if mood.at > until),
    )


def _ticket(ticket: Ticket | None) -> Ticket | None:
    return None if ticket is None else replace(ticket, requester=None, contact=None, locale=None, url=None)


def _survey(survey: Survey) -> Survey:
    nameless = replace(survey, people=(), locale=None, remind_at=None)
    if survey.state in ("planned", "ready"):
        return withheld(nameless, "erased")
    # Who was asked has the link; it opens nothing any more.
    return replace(nameless, state="closed", reason="erased") if survey.sent_at is not None else nameless


def _answer(answer: Answer, until: int | None) -> Answer:
    if until is None:
        return answer
    # Who edited it later has come back, and may ask to be forgotten again.
    customer = answer.customer if answer.latest.at > until else None
    return replace(wordless(answer, until), customer=customer)


def _voice(voice: Voice) -> Voice:
    return replace(wordless_voice(voice), customer=None)


def _follow_up(follow_up: FollowUp, case: Case, until: int | None) -> FollowUp:
    if until is None:
        return follow_up
    answer = case.answer(follow_up.about)
    if answer is not None and answer.latest.at > until:
        return wordless_notes(follow_up, until)
    told = follow_up.told if FORGOTTEN in follow_up.told else (*follow_up.told, FORGOTTEN)
    state = "withdrawn" if follow_up.state == "open" else follow_up.state
    return replace(wordless_notes(follow_up, _EVER), told=told, state=state)
