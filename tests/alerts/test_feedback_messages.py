"""Alerts of what customers say: how they read, what programs get, and which entries they fit."""

import json
from typing import Any

import yaml

from alerts.alert import Alert
from alerts.config import routing
from alerts.group import Group
from alerts.message import message
from alerts.payload import body
from alerts.routes import Destination, Entry, Routing
from harness.alerting import DUE, HOUR, MINUTE, Open, all_to, an_alert

A, B = Destination("A", "json://a.example.com"), Destination("B", "json://b.example.com")


def a_follow_up(ticket: str = "5158", **changes: Any) -> Alert:
    """Nobody has called ayse's customer, who gave one star."""
    plain: dict[str, Any] = {
        "target": "follow_up",
        "policy": "detractor",
        "priority": None,
        "assignee": "ayse",
        "waiting_since": None,
        "started_at": DUE - 48 * HOUR,
        "elapsed": 48 * HOUR,
        "allowed": 48 * HOUR,
        "about": "3f1c",
        "note": "csat score 1 of 5",
    }
    return an_alert(ticket, **(plain | changes))


def a_mood(**changes: Any) -> Alert:
    """Comments to billing have become worse."""
    plain: dict[str, Any] = {
        "ticket": "",
        "target": "mood",
        "stage": "changed",
        "cycle": 20261123,
        "policy": "sentiment",
        "priority": None,
        "channel": None,
        "url": None,
        "waiting_since": None,
        "about": "sentiment/billing",
        "note": "12 of 30 since yesterday, 9 % in the 28 days before",
    }
    return an_alert(**(plain | changes))


def test_a_customer_whom_nobody_called() -> None:
    subject, text = message(Group("g", "billing", (a_follow_up(),)), DUE + MINUTE)

    assert subject == "Not contacted in 48 h: ticket 5158, csat score 1 of 5 (billing)"
    assert text == (
        "Not contacted in 48 h: csat score 1 of 5\n"
        "Ticket 5158 in acme · billing · owner ayse\n"
        "Due 2026-11-23T09:00:00Z\n"
        "Follow-up 3f1c\n"
        "https://desk.example.com/tickets/5158"
    )


def test_a_mention_without_a_ticket_that_waits_to_be_taken_up() -> None:
    opened = a_follow_up(
        "", stage="opened", policy="mention", team=None, assignee=None, allowed=2 * HOUR, url=None
    )

    subject, text = message(Group("g", None, (opened,)), DUE - 90 * MINUTE)

    assert subject == "Follow-up due: acme, csat score 1 of 5"
    assert text == (
        "Follow-up due in 1 h 30 min: csat score 1 of 5\nacme\nDue 2026-11-23T09:00:00Z\nFollow-up 3f1c"
    )


def test_a_change_of_mood_is_told_with_its_figures_and_is_due_never() -> None:
    subject, text = message(Group("g", "billing", (a_mood(),)), DUE)
    other, _ = message(Group("g", None, (a_mood(policy="csat", team=None),)), DUE)

    assert subject == "More negative comments than usual: acme (billing)"
    assert text == (
        "More negative comments than usual: 12 of 30 since yesterday, 9 % in the 28 days before\n"
        "acme · billing"
    )
    assert other == "Fewer satisfied answers than usual: acme"


def test_a_group_tells_the_overdue_first_and_counts_each_kind_in_its_subject() -> None:
    group = Group(
        "g", "billing", (a_follow_up("2", stage="opened"), a_mood(), an_alert("3"), a_follow_up("1"))
    )

    subject, text = message(group, DUE)

    assert subject == "SLA: 1 broken; Feedback: 1 not contacted, 1 not as usual, 1 to follow up (billing)"
    assert [paragraph.split()[0] for paragraph in text.split("\n\n")] == [
        "Broken",
        "Not",
        "More",
        "Follow-up",
    ]


def test_programs_get_the_follow_up_and_the_note_and_others_nothing_new() -> None:
    follow_up, promise = json.loads(body(Group("g", "billing", (a_follow_up(), an_alert()))))["alerts"]

    assert (follow_up["about"], follow_up["note"]) == ("3f1c", "csat score 1 of 5")
    assert follow_up.keys() - promise.keys() == {"about", "note"}


def test_entries_fit_by_target_stage_team_source_and_rule() -> None:
    section = yaml.safe_load("""
      - {match: {target: [follow_up, mood], stage: [breached, changed]}, notify: [env:A]}
      - {match: {policy: mention, source: acme, team: billing, channel: email}, notify: [env:A]}
      - {match: {priority: [low, normal, high, urgent]}, notify: [env:A]}
    """)
    by_target, by_rule, by_priority = routing(section, {}, {"A": "json://a.example.com"}).entries

    assert by_target.fits(a_follow_up())
    assert by_target.fits(a_mood())
    assert not by_target.fits(a_follow_up(stage="opened"))
    assert not by_target.fits(an_alert())
    assert by_rule.fits(a_follow_up(policy="mention"))
    assert not by_rule.fits(a_follow_up())
    assert not by_priority.fits(a_follow_up())


def test_the_outbox_tells_follow_ups_of_one_ticket_apart_and_each_stage_once(open_office: Open) -> None:
    office = open_office(all_to(A))
    office.tell(a_follow_up(about="one"), a_follow_up(about="two"), a_follow_up(about="one", stage="opened"))
    office.tell(a_follow_up(about="one", team="sales"))

    found = office.claim().group.alerts

    assert sorted((alert.about, alert.stage) for alert in found) == [
        ("one", "breached"),
        ("one", "opened"),
        ("two", "breached"),
    ]
    assert {alert.note for alert in found} == {"csat score 1 of 5"}


def test_what_is_worse_is_told_once_a_day_and_team(open_office: Open) -> None:
    office = open_office(Routing([Entry({"target": frozenset({"mood"})}, ("A",))], {"A": A, "B": B}))

    office.tell(a_mood(), a_mood(noticed_at=DUE + HOUR), a_follow_up())
    office.tell(a_mood(team="sales", about="sentiment/sales"), a_mood(cycle=20261124))

    assert office.letters.count_documents({}) == 3


def test_letters_of_before_there_were_notes_are_still_sent(open_office: Open) -> None:
    office = open_office(all_to(A))
    office.tell(an_alert())

    (stored,) = office.letters.find()

    assert stored["alert"].keys().isdisjoint({"about", "note"})
    assert office.claim().group.alerts == (an_alert(),)
