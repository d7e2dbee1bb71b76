"""What becomes of a survey once its letter is sent, or can't be."""

from msgspec.structs import replace

from feedback.cases.case import Case, Survey
from feedback.cases.delivery import delivered, reminded, uncertain, undeliverable
from harness.letters import DAY, a_case


def survey(case: Case) -> Survey:
    return case.surveys[0]


def test_a_delivered_survey_is_sent_at_that_moment() -> None:
    case = a_case(name="ces", at=DAY)

    after = survey(delivered(case, "survey1", DAY + 5))

    assert after == replace(survey(case), state="sent", sent_at=DAY + 5)


def test_a_reminder_follows_so_long_after_the_mail_as_was_meant() -> None:
    case = delivered(a_case(at=DAY), "survey1", DAY + 7)

    assert survey(case).remind_at == DAY + 7 + 3 * DAY


def test_a_mail_that_had_left_before_the_ticket_was_reopened_counts_as_sent_without_a_reminder() -> None:
    case = a_case(at=DAY, state="withheld", reason="reopened", remind_at=None)

    after = survey(delivered(case, "survey1", DAY))

    assert (after.state, after.reason, after.sent_at, after.remind_at) == ("sent", None, DAY, None)


def test_a_mail_that_had_left_before_its_customer_was_erased_counts_as_sent_and_opens_nothing() -> None:
    case = a_case(at=DAY, state="withheld", reason="erased", remind_at=None)

    after = survey(delivered(case, "survey1", DAY))

    assert (after.state, after.reason, after.sent_at) == ("closed", "erased", DAY)


def test_what_was_sent_before_stays_as_it_is() -> None:
    for state in ("sent", "closed", "planned"):
        case = a_case(state=state, sent_at=1)
        assert delivered(case, "survey1", 2) == case


def test_an_undeliverable_survey_is_withheld_for_its_reason() -> None:
    after = survey(undeliverable(a_case(), "survey1", "no_address"))

    assert (after.state, after.reason, after.remind_at) == ("withheld", "no_address", None)


def test_an_undeliverable_reminder_leaves_the_survey_sent() -> None:
    after = survey(undeliverable(a_case(state="sent", sent_at=1), "survey1"))

    assert (after.state, after.reason, after.sent_at, after.remind_at) == ("sent", None, 1, None)


def test_what_was_withheld_keeps_its_reason() -> None:
    case = a_case(state="withheld", reason="reopened")

    assert undeliverable(case, "survey1") == case


def test_each_uncertain_try_is_counted_and_a_reminder_is_noted() -> None:
    case = uncertain(uncertain(a_case(), "survey1"), "survey1")

    assert survey(case).uncertain == 2
    assert survey(reminded(case, "survey1")).reminded


def test_another_survey_is_left_alone() -> None:
    case = a_case()

    assert uncertain(case, "other") == case
    assert undeliverable(case, "other") == case
    assert reminded(case, "other") == case
    assert delivered(case, "other", 1) == case
