"""When something in a case falls due by the mere passing of time (pure)."""

from collections.abc import Iterator

from feedback.cases.case import Case, FollowUp, Survey


def next_due(case: Case) -> int | None:
    """The first moment (µs) at which something in `case` falls due; None while nothing will."""
    return min(_moments(case), default=None)


def _moments(case: Case) -> Iterator[int]:
    for survey in case.surveys:
        yield from _survey_moments(case, survey)
    for follow_up in case.follow_ups:
        yield from _follow_up_moments(follow_up)


def _survey_moments(case: Case, survey: Survey) -> Iterator[int]:
    if survey.state == "planned":
        yield survey.due_at
    elif survey.state == "sent":
        if survey.remind_at is not None and not survey.reminded and case.answer(survey.id) is None:
            yield survey.remind_at
        if survey.expires_at is not None:
            yield survey.expires_at


def _follow_up_moments(follow_up: FollowUp) -> Iterator[int]:
    if follow_up.state == "open" and "breached" not in follow_up.told:
        yield follow_up.due_at
