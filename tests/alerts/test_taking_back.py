"""Breaches that a late event has disproved: withdrawn where nobody heard of them, else taken back."""

import pytest

from alerts.routes import Destination, Entry, Routing
from events.instants import SECOND
from harness.alerting import Office, Open, all_to, an_alert

A, B = Destination("A", "json://a.example.com"), Destination("B", "json://b.example.com")


@pytest.fixture
def office(open_office: Open) -> Office:
    return open_office(all_to(A))


def test_a_recovery_before_anybody_heard_of_the_breach_withdraws_it(office: Office) -> None:
    office.tell(an_alert(), an_alert("2"))
    office.tell(an_alert(stage="recovered"))

    assert office.states() == {"2 breached A": "pending"}


def test_a_breach_and_its_recovery_in_one_batch_are_no_news(office: Office) -> None:
    office.tell(an_alert(), an_alert(stage="recovered"))

    assert office.states() == {}


def test_a_recovery_goes_where_the_breach_went_whatever_fits_now(open_office: Open) -> None:
    billing = Entry({"team": frozenset({"billing"})}, ("A",))
    breaches_alone = Entry({"stage": frozenset({"breached"})}, ("B",))
    office = open_office(Routing([billing, breaches_alone], {"A": A, "B": B}))
    office.tell(an_alert())
    for name in ("A", "B"):
        office.outbox.done(office.claim(name), office.clock())

    office.tell(an_alert(stage="recovered", team="sales"))

    assert office.states() == {
        "5158 breached A": "sent",
        "5158 recovered A": "pending",
        "5158 breached B": "sent",
    }


def test_a_breach_whose_sending_failed_is_not_sent_again_once_it_is_taken_back(office: Office) -> None:
    office.tell(an_alert())
    office.outbox.failed(office.claim(), office.clock(), SECOND)

    office.tell(an_alert(stage="recovered"))
    office.clock.pass_by(SECOND)

    assert [alert.stage for alert in office.claim().group.alerts] == ["recovered"]
    assert office.states()["5158 breached A"] == "cancelled"


def test_a_breach_that_comes_back_is_told_where_nobody_heard_of_the_first(office: Office) -> None:
    office.tell(an_alert())
    office.tell(an_alert(stage="recovered"))

    office.tell(an_alert())

    assert office.states() == {"5158 breached A": "pending"}


def test_a_breach_that_comes_back_is_told_again_where_its_first_telling_is_in_doubt(office: Office) -> None:
    office.tell(an_alert())
    office.outbox.failed(office.claim(), office.clock(), SECOND)
    office.tell(an_alert(stage="recovered"))

    office.tell(an_alert())

    assert office.states() == {"5158 breached A": "pending"}


def test_a_breach_that_was_told_is_not_told_twice_when_it_comes_back(office: Office) -> None:
    office.tell(an_alert())
    office.outbox.done(office.claim(), office.clock())
    office.tell(an_alert(stage="recovered"))

    office.tell(an_alert())

    assert office.states() == {"5158 breached A": "sent"}


def test_a_breach_that_came_back_is_taken_back_again_where_its_first_telling_is_in_doubt(
    office: Office,
) -> None:
    office.tell(an_alert())
    office.outbox.failed(office.claim(), office.clock(), SECOND)
    office.tell(an_alert(stage="recovered"))
    office.tell(an_alert())

    office.tell(an_alert(stage="recovered"))

    assert office.states() == {"5158 breached A": "cancelled", "5158 recovered A": "pending"}


def test_a_breach_that_came_back_while_it_was_told_can_be_taken_back(office: Office) -> None:
    office.tell(an_alert())
    under_way = office.claim()
    office.tell(an_alert(stage="recovered"))
    office.tell(an_alert())
    office.outbox.done(under_way, office.clock())

    office.tell(an_alert(stage="recovered"))

    assert office.states() == {"5158 breached A": "sent", "5158 recovered A": "pending"}


def test_a_breach_that_came_back_is_told_in_a_group_of_its_own(office: Office) -> None:
    office.tell(an_alert())
    first = office.claim()
    office.outbox.failed(first, office.clock(), SECOND)
    office.tell(an_alert(stage="recovered"))
    office.tell(an_alert())
    office.clock.pass_by(SECOND)

    assert office.claim().group.id != first.group.id
