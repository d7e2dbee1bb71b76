"""Which surveys there are after what has become of a ticket."""

from itertools import count
from pathlib import Path
from typing import Any

import pytest
import yaml

from feedback.cases.case import Case, Survey
from feedback.cases.planning import planned, without_contact
from feedback.cases.told import with_facts
from feedback.config import questionnaires
from harness.voices import facts, us

EXAMPLES = yaml.safe_load(Path(__file__).with_name("planning.yml").read_text(encoding="utf-8"))


def shown(survey: Survey, expected: dict[str, Any]) -> dict[str, Any]:
    """`survey` by what the example speaks of."""
    all_of_it = {
        "name": survey.name,
        "state": survey.state,
        "reason": survey.reason,
        "due": (survey.due_at - us(0)) / 3_600_000_000,
    }
    return {name: all_of_it[name] for name in expected}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["name"])
def test_surveys_follow_what_becomes_of_a_ticket(example: dict[str, Any]) -> None:
    known = questionnaires(example.get("config", {"csat": {"delay": "24h"}}))
    ids = (f"survey-{number}" for number in count(1))
    case: Case | None = None
    for version, step in enumerate(example["steps"], 1):
        told = facts(step["cycles"], version=version, excluded=step.get("excluded"))
        case = planned(with_facts(case, told, "tickets/0"), known, us(step["now"]), lambda: next(ids))

        expected = step["surveys"]
        assert len(case.surveys) == len(expected)
        assert [shown(s, e) for s, e in zip(case.surveys, expected, strict=True)] == expected
        again = planned(case, known, us(step["now"]), lambda: next(ids))
        assert again == case, "planning twice changes nothing"


def test_an_address_is_kept_only_while_somebody_may_be_written_to() -> None:
    known = questionnaires({"csat": {"delay": "24h"}})

    def after(case: Case | None, version: int, *cycles: tuple[float, float | None]) -> Case:
        told = facts(cycles, version=version)
        return without_contact(planned(with_facts(case, told, "tickets/0"), known, us(3), lambda: "s"))

    unresolved = after(None, 1, (0, None))
    resolved = after(unresolved, 2, (0, 2))
    reopened = after(resolved, 3, (0, 2), (3, None))

    kept = [case.ticket.contact for case in (unresolved, resolved, reopened) if case.ticket]
    assert kept == [None, "sealed", None]


def test_older_facts_are_ignored() -> None:
    new = with_facts(None, facts([(0, 2)], version=5), "tickets/0")

    assert with_facts(new, facts([(0, None)], version=4), "tickets/0") == new
