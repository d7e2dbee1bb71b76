"""The outbox on a real MongoDB: what is told once, together, later, never lost."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from pymongo import MongoClient

from alerts.letters import letters
from alerts.outbox import GROUP_SIZE
from alerts.routes import Destination, Entry, Routing
from alerts.schedule import LEASE
from calendars.config import calendars
from events.instants import SECOND
from harness.alerting import DUE, HOUR, MINUTE, Office, Open, all_to, an_alert, tickets

A, B = Destination("A", "json://a.example.com"), Destination("B", "json://b.example.com")
DAY = 24 * HOUR


@pytest.fixture
def office(open_office: Open) -> Office:
    return open_office(all_to(A))


def test_an_alert_put_in_twice_is_one(office: Office) -> None:
    office.tell(an_alert())
    office.outbox.done(office.claim(), office.clock())
    office.tell(an_alert(priority="urgent"))

    assert office.states() == {"5158 breached A": "sent"}


def test_what_the_transaction_takes_back_was_never_there(
    office: Office, mongo: MongoClient[dict[str, Any]]
) -> None:
    with mongo.start_session() as session:
        session.start_transaction()
        office.outbox.tell([an_alert()], session)
        assert office.outbox.claim("A", office.clock()) is None
        session.abort_transaction()

    assert office.states() == {}


def test_an_alert_goes_to_every_entry_that_fits_and_to_each_destination_once(open_office: Open) -> None:
    entries = [
        Entry({"team": frozenset({"billing"})}, ("A",)),
        Entry({}, ("A", "B")),
        Entry({"team": frozenset({"sales"})}, ("C",)),
    ]
    office = open_office(Routing(entries, {"A": A, "B": B}))

    office.tell(an_alert())

    assert office.states() == {"5158 breached A": "pending", "5158 breached B": "pending"}
    assert [letter["destination"] for letter in letters([an_alert()], entries)] == ["A", "B"]


def test_what_is_there_goes_at_once_and_the_rest_of_the_minute_together(office: Office) -> None:
    office.tell(an_alert("1"), an_alert("2"), an_alert("3", team="sales"))
    first, other_team = office.claim(), office.claim()
    for sent in (first, other_team):
        office.outbox.done(sent, office.clock())
    for ticket in ("4", "5", "6"):
        office.tell(an_alert(ticket))
        assert office.outbox.claim("A", office.clock()) is None
        office.clock.pass_by(10 * SECOND)

    office.clock.pass_by(30 * SECOND)

    assert sorted([tickets(first), tickets(other_team)]) == [["1", "2"], ["3"]]
    assert tickets(office.claim()) == ["4", "5", "6"]


def test_a_flood_is_cut_into_messages_that_can_be_read(office: Office) -> None:
    office.tell(*(an_alert(f"{n:04}") for n in range(GROUP_SIZE + 5)))
    first = office.claim()
    office.outbox.done(first, office.clock())
    office.clock.pass_by(MINUTE)

    assert tickets(first) + tickets(office.claim()) == [f"{n:04}" for n in range(GROUP_SIZE + 5)]


def test_two_senders_never_hold_the_same_group(office: Office) -> None:
    office.tell(an_alert())
    office.claim()

    assert office.outbox.claim("A", office.clock()) is None


def test_of_many_senders_that_come_at_once_each_group_has_one(office: Office) -> None:
    teams = [f"team{n}" for n in range(12)]
    office.tell(*(an_alert(team, team=team) for team in teams))
    together = Barrier(6)

    def claims() -> list[str]:
        together.wait()
        found = iter(lambda: office.outbox.claim("A", office.clock()), None)
        return [ticket for one in found if one is not None for ticket in tickets(one)]

    with ThreadPoolExecutor(6) as senders:
        claimed = [senders.submit(claims) for _ in range(6)]

    assert sorted(ticket for one in claimed for ticket in one.result()) == sorted(teams)


def test_a_dead_sender_s_group_is_taken_over_as_it_was(office: Office) -> None:
    office.tell(an_alert("1"))
    dead = office.claim()
    office.tell(an_alert("2"))
    office.clock.pass_by(LEASE)

    heir = office.claim()

    assert heir.group == dead.group
    assert heir.token != dead.token


def test_a_lane_that_a_clock_far_ahead_has_closed_is_open_once_the_clock_is_right(office: Office) -> None:
    office.tell(an_alert())
    office.clock.pass_by(2 * HOUR)
    office.outbox.done(office.claim(), office.clock())
    office.tell(an_alert("2"))

    office.clock.pass_by(-2 * HOUR)

    assert tickets(office.claim()) == ["2"]


def test_who_lost_the_lease_changes_nothing_for_the_heir(office: Office) -> None:
    office.tell(an_alert())
    slow = office.claim()
    office.clock.pass_by(LEASE)
    office.claim()

    office.outbox.failed(slow, office.clock(), 0)

    assert office.outbox.claim("A", office.clock()) is None


def test_a_failed_group_is_tried_again_after_its_pause_and_holds_back_newer_ones(office: Office) -> None:
    office.tell(an_alert("1"))
    first = office.claim()
    office.outbox.failed(first, office.clock(), 20 * SECOND)
    office.tell(an_alert("2"))
    office.clock.pass_by(20 * SECOND - 1)
    assert office.outbox.claim("A", office.clock()) is None

    office.clock.pass_by(1)
    again = office.claim()
    office.outbox.done(again, office.clock())
    office.clock.pass_by(MINUTE)

    assert again.group == first.group
    assert again.attempts == 2
    assert tickets(office.claim()) == ["2"]


def test_after_three_days_of_trying_a_group_is_given_up(office: Office) -> None:
    office.tell(an_alert())
    given_up = office.outbox.failed(office.claim(), office.clock(), HOUR)
    office.clock.pass_by(3 * DAY - 1)
    given_up |= office.outbox.failed(office.claim(), office.clock(), HOUR)
    assert not given_up
    office.clock.pass_by(HOUR)

    assert office.outbox.failed(office.claim(), office.clock(), HOUR)
    assert office.states() == {"5158 breached A": "given_up"}


def test_a_group_after_one_that_was_given_up_has_three_days_of_its_own(office: Office) -> None:
    office.tell(an_alert("1"))
    office.outbox.failed(office.claim(), office.clock(), HOUR)
    office.clock.pass_by(4 * DAY)
    office.outbox.failed(office.claim(), office.clock(), HOUR)
    office.tell(an_alert("2"))
    office.clock.pass_by(HOUR)

    assert not office.outbox.failed(office.claim(), office.clock(), HOUR)
    assert office.states() == {"1 breached A": "given_up", "2 breached A": "pending"}


def test_three_days_begin_with_the_group_whatever_its_lane_has_seen(office: Office) -> None:
    office.tell(an_alert("1"))
    office.claim()  # its sender dies before it can say that the group arrived
    office.letters.update_one({}, {"$set": {"state": "sent"}})
    office.clock.pass_by(9 * DAY)
    office.tell(an_alert("2"))

    assert not office.outbox.failed(office.claim(), office.clock(), HOUR)


def test_in_quiet_hours_nothing_goes_out_and_all_of_it_together_afterwards(open_office: Open) -> None:
    hours = calendars({"office": {"timezone": "Europe/Istanbul", "hours": {"mon-fri": ["09:00-18:00"]}}})
    urgent = Entry({"priority": frozenset({"urgent"})}, ("A",))
    office = open_office(Routing([urgent, Entry({}, ("A",), "office")], {"A": A}, hours))
    office.clock.now = DUE + 7 * HOUR  # 19:00 in Istanbul
    office.tell(an_alert("1"), an_alert("2", priority="urgent"))

    at_night = office.claim()
    office.outbox.done(at_night, office.clock())
    office.clock.pass_by(9 * HOUR)
    office.tell(an_alert("3"))
    office.clock.pass_by(5 * HOUR - 1)
    assert office.outbox.claim("A", office.clock()) is None
    office.clock.pass_by(1)  # 09:00 in Istanbul

    assert tickets(at_night) == ["2"]
    assert tickets(office.claim()) == ["1", "3"]


def test_alerts_for_a_destination_that_is_configured_no_more_are_known(
    office: Office, open_office: Open
) -> None:
    office.tell(an_alert("1"), an_alert("2"))

    assert office.outbox.stranded() == {}
    assert open_office(all_to(B)).outbox.stranded() == {"A": 2}


def test_what_waits_is_found_by_its_index_and_what_is_over_expires(office: Office) -> None:
    indexes = office.letters.index_information()
    plan = office.letters.find({"state": "pending", "destination": "A"}).explain()["queryPlanner"]

    assert indexes["ended"]["expireAfterSeconds"] == 30 * 86_400
    assert "pending" in str(plan["winningPlan"])
    assert "COLLSCAN" not in str(plan["winningPlan"])
