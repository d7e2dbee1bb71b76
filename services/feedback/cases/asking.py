"""Whether somebody is asked, once the time has come (pure).

A customer is one person over all sources and surveys: the pause between two surveys, and the wish not to be
asked, hold over all of them.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from msgspec.structs import replace

from feedback.cases.case import Case, Reason, Survey
from feedback.cases.customer import Customer
from feedback.cases.planning import LATE, Known, candidates, withheld
from feedback.config import Questionnaire


@dataclass(frozen=True, slots=True)
class Person:
    """Who would be asked: all pseudonyms of theirs that we know, and whether there is an address."""

    pseudonyms: tuple[str, ...]
    has_address: bool


def asked(
    case: Case, survey: Survey, person: Person, customers: Mapping[str, Customer], known: Known, now: int
) -> Survey:
    """What becomes of the planned `survey`, which is due at `now` (µs).

    The first questionnaire that fits and whose cool-down is over is asked; one that wants to wait longer
    after the resolution waits on.
    """
    them = [customers[name] for name in person.pseudonyms if name in customers]
    if (reason := _prohibition(case, survey, them, now)) is not None:
        return withheld(survey, reason)
    fitting = candidates(case, known)
    rested = [q for q in fitting if all(_rested(customer, q, now) for customer in them)]
    if not rested:
        return withheld(survey, "cooldown" if fitting else "not_configured")
    chosen = rested[0]
    if survey.resolved_at + chosen.delay > now:
        return replace(survey, name=chosen.name, due_at=survey.resolved_at + chosen.delay)
    if (reason := _obstacle(chosen, person)) is not None:
        return withheld(survey, reason)
    sent = chosen.deliver == "link"
    return replace(
        survey,
        name=chosen.name,
        state="sent" if sent else "ready",
        people=person.pseudonyms,
        decided_at=now,
        sent_at=now if sent else None,
        remind_at=None if sent or chosen.reminder is None else now + chosen.reminder,
        expires_at=now + chosen.expires,
    )


def passed(
    case: Case, now: int, customers: Mapping[str, Customer], known: Known
) -> tuple[Case, list[Survey]]:
    """`case` after what falls due by `now` (µs) in surveys that were sent, and those of which their customers
    are to be reminded: not of what is `known` no more, or reaches nobody by letter any more."""
    reminders: list[Survey] = []
    surveys = []
    for survey in case.surveys:
        changed = survey
        if survey.state == "sent" and survey.expires_at is not None and survey.expires_at <= now:
            changed = replace(survey, state="closed", remind_at=None)
        elif _is_reminder_due(case, survey, now):
            changed = replace(survey, reminded=True)
            opted_out = any(customers[name].opted_out for name in survey.people if name in customers)
            if not opted_out and survey.name in known and known[survey.name].deliver != "link":
                reminders.append(changed)
        surveys.append(changed)
    return replace(case, surveys=tuple(surveys)), reminders


def spared(case: Case, people: Set[str]) -> Case:
    """`case` once some of `people` (pseudonyms) don't want to be asked: what waits to be sent to them is
    withheld, and they are reminded of nothing."""

    def change(survey: Survey) -> Survey:
        if people.isdisjoint(survey.people):
            return survey
        if survey.state == "ready":
            return withheld(survey, "opted_out")
        return replace(survey, remind_at=None) if survey.state == "sent" else survey

    return replace(case, surveys=tuple(change(survey) for survey in case.surveys))


def noted(customers: Mapping[str, Customer], person: Sequence[str], now: int) -> list[Customer]:
    """The customers behind the pseudonyms of one `person`, who is asked at `now` (µs)."""
    return [
        replace(
            customers.get(name, Customer(id=name)),
            asked_at=now,
            linked=tuple(sorted({*person, *customers.get(name, Customer(id=name)).linked} - {name})),
        )
        for name in person
    ]


def _rested(customer: Customer, questionnaire: Questionnaire, now: int) -> bool:
    return customer.asked_at is None or now - customer.asked_at >= questionnaire.cooldown


def _prohibition(case: Case, survey: Survey, them: Sequence[Customer], now: int) -> Reason | None:
    """Why nothing may be asked of this ticket's customer, by whatever questionnaire."""
    if survey.due_at + LATE < now:
        return "too_late"
    if any(customer.opted_out for customer in them):
        return "opted_out"
    if case.ticket is not None and any(case.ticket.created_at <= (c.erased_at or -1) for c in them):
        return "erased"
    return None


def _obstacle(questionnaire: Questionnaire, person: Person) -> Reason | None:
    return "no_address" if questionnaire.deliver == "mail" and not person.has_address else None


def _is_reminder_due(case: Case, survey: Survey, now: int) -> bool:
    return (
        survey.state == "sent"
        and survey.remind_at is not None
        and survey.remind_at <= now
        and not survey.reminded
        and case.answer(survey.id) is None
    )
