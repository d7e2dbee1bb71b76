"""Which surveys there are: planned when a ticket is resolved, withheld when that doesn't hold (pure).

One survey is planned per cycle of a ticket: the latest, once it is resolved. Late events may move a
resolution; the survey moves along, so that nobody is asked twice about the same.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from msgspec.structs import replace

from feedback.cases.case import Case, Cycle, Reason, Survey
from feedback.config import Questionnaire, fits

DAY: Final = 86_400_000_000
LATE: Final = 3 * DAY
"""Who would be asked so long after the time for it (an import of history, a worker that was down) isn't."""
PASSING: Final[frozenset[Reason | None]] = frozenset({"reopened", "merged", "deleted", "spam"})
"""What keeps a survey from being sent only until the ticket is resolved again, or comes back."""
_EXCLUDED: Final[dict[str, Reason]] = {"merged": "merged", "deleted": "deleted", "spam": "spam"}

Known = Mapping[str, Questionnaire]


def planned(case: Case, known: Known, now: int, new_id: Callable[[], str]) -> Case:
    """`case` with the surveys that its ticket asks for at `now` (µs), by the `known` questionnaires."""
    ticket = case.ticket
    if ticket is None or not ticket.cycles:
        return case
    latest = ticket.cycles[-1]
    surveys = [_followed(_moved(survey, ticket.cycles, known), case, latest) for survey in case.surveys]
    if latest.resolved is not None and not case.excluded and not any(_asks(s, latest) for s in surveys):
        surveys += _first(case, latest.resolved, known, now, new_id)
    return replace(case, surveys=tuple(surveys))


def candidates(case: Case, known: Known) -> list[Questionnaire]:
    """The questionnaires that fit the ticket of `case`, in their order."""
    ticket = case.ticket
    if ticket is None:
        return []
    return [q for q in known.values() if fits(q.match, case.source, ticket.team, ticket.channel, ticket.tags)]


def needs_contact(case: Case) -> bool:
    """Whether somebody may still have to be written to."""
    return any(
        survey.state in ("planned", "ready")
        or (
            survey.state == "sent"
            and survey.remind_at is not None
            and not survey.reminded
            and case.answer(survey.id) is None
        )
        for survey in case.surveys
    )


def without_contact(case: Case) -> Case:
    """`case` without the customer's address where nobody needs that any more."""
    if case.ticket is None or case.ticket.contact is None or needs_contact(case):
        return case
    return replace(case, ticket=replace(case.ticket, contact=None))


def withheld(survey: Survey, reason: Reason) -> Survey:
    """`survey`, never to be sent."""
    return replace(survey, state="withheld", reason=reason, remind_at=None)


def _first(case: Case, resolved: int, known: Known, now: int, new_id: Callable[[], str]) -> Iterable[Survey]:
    for questionnaire in candidates(case, known)[:1]:
        survey = Survey(
            id=new_id(),
            name=questionnaire.name,
            resolved_at=resolved,
            due_at=resolved + questionnaire.delay,
            locale=case.ticket.locale if case.ticket else None,
        )
        yield withheld(survey, "too_late") if survey.due_at + LATE < now else survey


def _moved(survey: Survey, cycles: tuple[Cycle, ...], known: Known) -> Survey:
    """`survey` with the resolution of its cycle as it is known now."""
    cycle = next((c for c in reversed(cycles) if c.opened <= survey.resolved_at), cycles[0])
    if cycle.resolved is None or cycle.resolved == survey.resolved_at:
        return survey
    due_at = survey.due_at
    if survey.state == "planned" and survey.name in known:
        due_at = cycle.resolved + known[survey.name].delay
    return replace(survey, resolved_at=cycle.resolved, due_at=due_at)


def _followed(survey: Survey, case: Case, latest: Cycle) -> Survey:
    """`survey` after what has become of its ticket."""
    stands = latest.resolved is not None and survey.resolved_at >= latest.opened
    if stands and not case.excluded:
        return survey
    if survey.state in ("planned", "ready"):
        excluded = case.ticket.excluded if case.ticket else None
        return withheld(survey, _EXCLUDED.get(excluded or "", "reopened"))
    # Who has been asked may answer; nobody is reminded of what is no longer so.
    return replace(survey, remind_at=None) if survey.remind_at is not None else survey


def _asks(survey: Survey, latest: Cycle) -> bool:
    return survey.resolved_at >= latest.opened and not (
        survey.state == "withheld" and survey.reason in PASSING
    )
