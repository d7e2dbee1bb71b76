"""The page's surveys in the real store: which of them may be answered."""

from typing import Any, cast

import pytest

from feedback.config import questionnaires
from feedback.web.desk import SurveyDesk
from harness.cases import Cases, a_case, a_survey

KNOWN = questionnaires({"csat": {}})


def standing(cases: Cases, known: Any = KNOWN, **survey: Any) -> str:
    """That of a survey in the store."""
    cases.put(a_case(surveys=(a_survey(**survey),)))
    found = SurveyDesk(cases.store, cast("Any", None), known).find("a1")
    assert found is not None
    return found.standing


@pytest.mark.parametrize(
    ("state", "reason", "expected"),
    [
        ("ready", None, "open"),
        ("sent", None, "open"),
        ("closed", None, "closed"),
        ("withheld", "reopened", "closed"),
        ("withheld", "erased", "erased"),
        ("closed", "erased", "erased"),
    ],
)
def test_only_what_may_have_reached_its_customer_may_be_answered(
    cases: Cases, state: Any, reason: Any, expected: str
) -> None:
    assert standing(cases, state=state, reason=reason) == expected


def test_a_survey_that_is_configured_no_more_takes_no_answers_but_is_known_to_who_wants_to_stop(
    cases: Cases,
) -> None:
    assert standing(cases, {}) == "closed"
    assert standing(cases, {}, state="closed", reason="erased") == "erased"
