"""Letters that may have left: whose answer was lost, or which were withdrawn while they were being sent."""

from collections.abc import Callable
from typing import Any

import pytest

from feedback.letters.letter import Letter
from feedback.letters.way import Leaving
from harness.letters import Office, a_case, by_mail, turn_all
from harness.mail_server import DROP, HANG, MailServer


@pytest.mark.parametrize("answer", [DROP, HANG])
@pytest.mark.parametrize("step", ["DOT", "TAKEN"])
def test_where_the_answer_was_lost_it_is_sent_once_more_and_counted(
    office: Office, mails: MailServer, answer: str, step: str
) -> None:
    office.decide(a_case(at=office.clock()))
    began = office.clock()
    mails.answers[step] = answer
    assert office.courier(by_mail(mails.url, taking=1.0)).turn()
    survey = office.survey()
    assert (survey.state, survey.uncertain) == ("ready", 1)
    mails.answers.clear()

    turn_all(office, mails)

    survey = office.survey()
    assert (survey.state, survey.uncertain) == ("sent", 1)
    assert survey.sent_at is not None
    assert survey.sent_at >= began
    assert len(mails.messages) == (2 if step == "TAKEN" else 1)
    assert len({mail["message-id"] for mail in mails.messages}) == 1
    assert (office.count("sent"), office.count("uncertain")) == (1, 1)


def test_an_answer_lost_twice_ends_it_as_sent(office: Office, mails: MailServer) -> None:
    office.decide(a_case(at=office.clock()))
    began = office.clock()
    mails.answers["TAKEN"] = DROP

    turn_all(office, mails)

    survey = office.survey()
    assert (survey.state, survey.sent_at, survey.uncertain) == ("sent", began, 2)
    assert len(mails.messages) == 2
    assert office.states() == {"survey1": "sent"}
    assert (office.count("sent"), office.count("uncertain")) == (1, 2)


def test_what_may_have_arrived_counts_as_sent_where_the_second_try_is_refused(
    office: Office, mails: MailServer
) -> None:
    office.decide(a_case(at=office.clock()))
    began = office.clock()
    mails.answers["TAKEN"] = DROP
    assert office.courier(by_mail(mails.url)).turn()
    mails.answers = {"RCPT": "550 no"}

    turn_all(office, mails)

    survey = office.survey()
    assert (survey.state, survey.sent_at, survey.uncertain) == ("sent", began, 1)
    assert office.count("undeliverable") == 0


class Meddling:
    """A way that does something right before, or right after, the letter leaves."""

    def __init__(self, way: Any, before: Callable[[], None], after: Callable[[], None]) -> None:
        self._way = way
        self._before = before
        self._after = after

    def send(self, letter: Letter, now: int, leaving: Leaving) -> None:
        """See Way."""

        def left() -> None:
            self._before()
            leaving()
            self._after()

        self._way.send(letter, now, left)


def nothing() -> None:
    """Nothing happens."""


def test_a_letter_withdrawn_while_it_is_being_sent_stays_unsent(office: Office, mails: MailServer) -> None:
    case = a_case(at=office.clock())
    office.decide(case)
    way = Meddling(by_mail(mails.url), lambda: office.withdraw(case), nothing)

    assert office.courier(way).turn()
    turn_all(office, mails)

    assert mails.messages == []
    assert (office.survey().state, office.survey().reason) == ("withheld", "reopened")
    assert office.states() == {"survey1": "withdrawn"}


def test_a_letter_withdrawn_after_it_had_left_was_sent(office: Office, mails: MailServer) -> None:
    case = a_case(at=office.clock())
    office.decide(case)
    way = Meddling(by_mail(mails.url), nothing, lambda: office.withdraw(case))

    assert office.courier(way).turn()

    survey = office.survey()
    assert len(mails.messages) == 1
    assert (survey.state, survey.reason, survey.sent_at) == ("sent", None, office.clock())
    assert office.states() == {"survey1": "sent"}


def test_a_letter_withdrawn_after_it_had_left_and_was_refused_stays_unsent(
    office: Office, mails: MailServer
) -> None:
    case = a_case(at=office.clock())
    office.decide(case)
    mails.answers["DOT"] = "451 later"
    way = Meddling(by_mail(mails.url), nothing, lambda: office.withdraw(case))
    assert office.courier(way).turn()
    mails.answers.clear()

    turn_all(office, mails)

    assert mails.messages == []
    assert (office.survey().state, office.survey().reason) == ("withheld", "reopened")
    assert office.states() == {"survey1": "withdrawn"}


def test_a_letter_withdrawn_after_its_answer_was_lost_is_not_sent_again_and_counts_as_sent(
    office: Office, mails: MailServer
) -> None:
    case = a_case(at=office.clock())
    office.decide(case)
    began = office.clock()
    mails.answers["TAKEN"] = DROP
    assert office.courier(by_mail(mails.url)).turn()
    office.withdraw(case)
    mails.answers.clear()

    turn_all(office, mails)

    survey = office.survey()
    assert len(mails.messages) == 1
    assert (survey.state, survey.sent_at, survey.uncertain) == ("sent", began, 1)
