"""Whether somebody is asked, once the time has come."""

from typing import Any

import pytest
from msgspec.structs import replace

from feedback.cases.asking import Person, asked, noted, passed
from feedback.cases.case import Case, Survey
from feedback.cases.customer import Customer
from feedback.cases.planning import planned
from feedback.cases.told import with_facts, with_said
from feedback.config import questionnaires
from harness.voices import HOUR, facts, said, us

THEM = Person(("one", "two"), has_address=True)
DUE = us(26)
CONFIG = {"csat": {"deliver": "mail", "reminder": "3d"}}
KNOWN = questionnaires(CONFIG)


def due_case(config: dict[str, Any] | None = None) -> tuple[Case, Survey, Any]:
    """A case whose survey is due at DUE, the survey, and the questionnaires."""
    known = questionnaires(config or CONFIG)
    case = planned(with_facts(None, facts([(0, 2)]), "tickets/0"), known, us(2), lambda: "s1")
    return case, case.surveys[0], known


def decide(person: Person = THEM, customers: dict[str, Customer] | None = None, **config: Any) -> Survey:
    """What becomes of the survey at DUE."""
    case, survey, known = due_case(config or None)
    return asked(case, survey, person, customers or {}, known, DUE)


def test_somebody_who_was_never_asked_is_asked() -> None:
    survey = decide()

    assert survey.state == "ready"
    assert (survey.decided_at, survey.expires_at) == (DUE, DUE + 14 * 24 * HOUR)
    assert survey.people == ("one", "two")


@pytest.mark.parametrize("pseudonym", ["one", "two"])
def test_nobody_is_asked_twice_within_the_cool_down_by_whatever_name(pseudonym: str) -> None:
    recently = {pseudonym: Customer(id=pseudonym, asked_at=DUE - 7 * 24 * HOUR + 1)}
    long_ago = {pseudonym: Customer(id=pseudonym, asked_at=DUE - 7 * 24 * HOUR)}

    assert (decide(customers=recently).state, decide(customers=recently).reason) == ("withheld", "cooldown")
    assert decide(customers=long_ago).state == "ready"


def test_who_opted_out_is_not_asked_until_they_opt_in_again() -> None:
    out = Customer(id="two", opted_out_at=5)

    assert decide(customers={"two": out}).reason == "opted_out"
    assert decide(customers={"two": Customer(id="two", opted_out_at=5, opted_in_at=6)}).state == "ready"
    assert decide(customers={"two": Customer(id="two", opted_out_at=7, opted_in_at=6)}).reason == "opted_out"


def test_without_an_address_nobody_is_mailed() -> None:
    assert decide(Person(("one",), has_address=False)).reason == "no_address"


def test_a_link_needs_no_address_and_is_there_at_once() -> None:
    survey = decide(Person((), has_address=False), csat={"deliver": "link", "reminder": "3d"})

    assert (survey.state, survey.sent_at, survey.remind_at) == ("sent", DUE, None)


def test_where_one_questionnaire_rests_the_next_that_fits_is_asked() -> None:
    loyalty = {"kind": "nps", "cooldown": "90d", "question": {"tr": "?", "en": "?"}, "deliver": "mail"}
    last_month = {"one": Customer(id="one", asked_at=DUE - 30 * 24 * HOUR)}

    survey = decide(customers=last_month, loyalty=loyalty, csat={"deliver": "mail"})

    assert (survey.name, survey.state) == ("csat", "ready")


def test_the_next_questionnaire_waits_for_its_own_delay() -> None:
    loyalty = {"kind": "nps", "cooldown": "90d", "question": {"tr": "?", "en": "?"}, "deliver": "mail"}
    last_month = {"one": Customer(id="one", asked_at=DUE - 30 * 24 * HOUR)}

    survey = decide(customers=last_month, loyalty=loyalty, csat={"deliver": "mail", "delay": "48h"})

    assert (survey.name, survey.state, survey.due_at) == ("csat", "planned", us(50))


def test_whoever_is_asked_is_noted_under_all_their_names() -> None:
    found = noted({"one": Customer(id="one", opted_in_at=3)}, ("one", "two"), DUE)

    assert [(c.id, c.asked_at, c.linked, c.opted_in_at) for c in found] == [
        ("one", DUE, ("two",), 3),
        ("two", DUE, ("one",), None),
    ]


def sent_case() -> Case:
    case, survey, known = due_case()
    ready = asked(case, survey, THEM, {}, known, DUE)
    return replace(case, surveys=(replace(ready, state="sent", sent_at=DUE),))


def test_who_has_not_answered_is_reminded_once() -> None:
    reminded, of = passed(sent_case(), DUE + 72 * HOUR, {}, KNOWN)
    again, none = passed(reminded, DUE + 73 * HOUR, {}, KNOWN)

    assert [survey.id for survey in of] == ["s1"]
    assert not none
    assert again == reminded


def test_who_has_answered_or_opted_out_is_not_reminded() -> None:
    answer = said("rated", 30, "survey:s1:1", survey="csat", score=4)

    _, after_answer = passed(with_said(sent_case(), answer, "feedback/0", None), DUE + 72 * HOUR, {}, KNOWN)
    out = {"one": Customer(id="one", opted_out_at=DUE)}
    _, after_wish = passed(sent_case(), DUE + 72 * HOUR, out, KNOWN)

    assert not after_answer
    assert not after_wish


def test_a_survey_closes_when_it_expires() -> None:
    before, _ = passed(sent_case(), DUE + 14 * 24 * HOUR - 1, {}, KNOWN)
    after, _ = passed(sent_case(), DUE + 14 * 24 * HOUR, {}, KNOWN)

    assert before.surveys[0].state == "sent"
    assert after.surveys[0].state == "closed"
