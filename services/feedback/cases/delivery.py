"""What becomes of a survey once its letter is sent, or can't be (pure).

A survey is withheld only while nobody was asked: where the ticket was reopened but the mail had already
left, the customer was asked and may answer, so the survey was sent. Nobody is reminded of it, though.
"""

from collections.abc import Callable

from msgspec.structs import replace

from feedback.cases.case import Case, Reason, Survey
from feedback.cases.planning import withheld


def delivered(case: Case, survey_id: str, at: int) -> Case:
    """The survey reached its customer at `at` (µs). A reminder follows so long after that as was meant."""

    def change(survey: Survey) -> Survey:
        if survey.state not in ("ready", "withheld"):
            return survey
        if survey.reason == "erased":
            # It was sent, and counts; the link opens nothing any more.
            return replace(survey, state="closed", sent_at=at)
        late = 0 if survey.decided_at is None else max(0, at - survey.decided_at)
        remind_at = None if survey.remind_at is None else survey.remind_at + late
        return replace(survey, state="sent", reason=None, sent_at=at, remind_at=remind_at)

    return _changed(case, survey_id, change)


def reached(case: Case) -> Case:
    """`case`, whose customers had the link by other ways where they answered before the letter left: they
    were asked when they answered."""
    for survey in case.surveys:
        answer = case.answer(survey.id)
        if survey.state in ("ready", "withheld") and survey.decided_at is not None and answer is not None:
            case = delivered(case, survey.id, answer.at)
    return case


def undeliverable(case: Case, survey_id: str, reason: Reason = "undeliverable") -> Case:
    """The survey never reaches its customer, for `reason`. Where it had and this was its reminder, nothing
    changes but that there is none."""

    def change(survey: Survey) -> Survey:
        if survey.state == "ready":
            return withheld(survey, reason)
        return replace(survey, remind_at=None) if survey.state == "sent" else survey

    return _changed(case, survey_id, change)


def uncertain(case: Case, survey_id: str) -> Case:
    """The survey was handed over once more without anybody knowing whether it arrived."""
    return _changed(case, survey_id, lambda survey: replace(survey, uncertain=survey.uncertain + 1))


def reminded(case: Case, survey_id: str) -> Case:
    """The reminder of the survey reached its customer: there is no other."""
    return _changed(case, survey_id, lambda survey: replace(survey, reminded=True))


def _changed(case: Case, survey_id: str, change: Callable[[Survey], Survey]) -> Case:
    return replace(case, surveys=tuple(change(s) if s.id == survey_id else s for s in case.surveys))
