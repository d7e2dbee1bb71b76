"""What is left of a case when a customer is forgotten."""

import pytest
from msgspec.structs import replace

from feedback.cases.asking import Person, asked
from feedback.cases.case import Survey
from feedback.cases.customer import Customer, Mood
from feedback.config import FollowUps, questionnaires
from feedback.follow_ups.rules import followed
from feedback.forgetting.forget import forgotten, obeyed, reduced
from harness.cases import (
    HOUR,
    NOON,
    a_case,
    a_revision,
    a_survey,
    a_ticket,
    a_voice,
    an_answer,
)
from harness.forgetting import HER, HIM

LATER = NOON + 1000 * HOUR
PEOPLE = frozenset({HER})


def test_what_was_said_later_stays_and_who_said_it() -> None:
    answer = an_answer(
        customer=HER, revisions=(a_revision(1, NOON, "berbat"), a_revision(5, NOON + 9 * HOUR, "düzeldi"))
    )
    voice = a_voice(customer=HER, at=NOON + 9 * HOUR)

    left = forgotten(a_case(answers=(answer,), voices=(voice,)), PEOPLE, NOON + HOUR)

    assert [one.comment for one in left.answers[0].revisions] == [None, "düzeldi"]
    assert left.answers[0].customer == HER
    assert left.voices == (voice,)


def test_a_ticket_of_later_is_still_theirs() -> None:
    case = a_case(ticket=a_ticket(requester=HER, created_at=NOON + 2 * HOUR))

    assert forgotten(case, PEOPLE, NOON) == case


def test_what_was_read_in_words_stays_without_the_words() -> None:
    case = a_case(answers=(an_answer(1, "berbat bir hizmet", customer=HER),))
    before = case.answers[0].latest.reading
    after = forgotten(case, PEOPLE, LATER).answers[0].latest.reading

    assert before is not None
    assert before.evidence
    assert after == replace(before, evidence=())


@pytest.mark.parametrize(
    ("state", "sent_at", "becomes"),
    [
        ("planned", None, "withheld"),
        ("ready", None, "withheld"),
        ("sent", NOON, "closed"),
        ("closed", NOON, "closed"),
    ],
)
def test_nobody_is_asked_any_more(state: str, sent_at: int | None, becomes: str) -> None:
    people = () if state == "planned" else (HER, HIM)
    survey = a_survey(state=state, sent_at=sent_at, people=people, remind_at=NOON + HOUR)

    left = forgotten(a_case(ticket=a_ticket(requester=HER), surveys=(survey,)), PEOPLE, LATER).surveys[0]

    assert (left.state, left.reason, left.people, left.remind_at) == (becomes, "erased", (), None)


def test_what_was_said_without_a_name_is_who_asked_s_also_when_it_comes_late() -> None:
    gone = forgotten(a_case(ticket=a_ticket(requester=HER)), PEOPLE, LATER)
    late = replace(
        gone, answers=(an_answer(1, "berbat"),), surveys=(a_survey(state="planned", sent_at=None),)
    )

    left = obeyed(late, {})

    assert left.answers[0].latest.comment is None
    assert (left.surveys[0].state, left.surveys[0].reason) == ("withheld", "erased")


def test_a_follow_up_about_somebody_forgotten_is_withdrawn_for_good() -> None:
    case = a_case(answers=(an_answer(1, "berbat", customer=HER),))
    opened = followed(case, FollowUps(), NOON + 3 * HOUR, {})
    assert opened.follow_ups[0].state == "open"

    left = forgotten(opened, PEOPLE, LATER)

    assert left.follow_ups[0].state == "withdrawn"
    assert followed(left, FollowUps(), NOON + 4 * HOUR, {}).follow_ups == left.follow_ups


def test_of_a_customer_only_their_wishes_stay() -> None:
    customer = Customer(
        id=HER,
        asked_at=NOON,
        opted_out_at=NOON - HOUR,
        linked=(HIM,),
        moods=(Mood(NOON, -0.5), Mood(NOON + HOUR, 0.5)),
    )

    assert reduced(customer, NOON) == Customer(
        id=HER, opted_out_at=NOON - HOUR, erased_at=NOON, moods=(Mood(NOON + HOUR, 0.5),)
    )


def test_who_was_erased_by_the_address_alone_is_not_asked_about_what_was_before() -> None:
    """Whose address it is shows only when it is opened, to be written to."""
    survey = a_survey(state="planned", sent_at=None)
    known = questionnaires({"csat": {"delay": "0s", "deliver": "link"}})
    person = Person((HIM, HER), has_address=True)

    def becomes(erased_at: int) -> Survey:
        customers = {HER: Customer(id=HER, erased_at=erased_at)}
        return asked(a_case(), survey, person, customers, known, NOON + HOUR)

    assert (becomes(NOON).state, becomes(NOON).reason) == ("withheld", "erased")
    assert becomes(NOON - 2 * HOUR).state == "sent"
