"""What people and programs read, as worked examples."""

import json
from datetime import UTC, datetime

import pytest
from standardwebhooks.webhooks import Webhook

from alerts.group import Group
from alerts.message import message
from alerts.payload import body, headers
from alerts.schedule import pause
from alerts.wording import span
from harness.alerting import DUE, HOUR, MINUTE, SECRET, an_alert

SECOND = 1_000_000


def test_one_broken_promise() -> None:
    group = Group("g", "billing", (an_alert(assignee="ayse"),))

    subject, text = message(group, DUE + 12 * MINUTE)

    assert subject == "SLA broken: 5158, first response within 1 h (billing)"
    assert text == (
        "Broken 12 min ago: first response within 1 h\n"
        "Ticket 5158 in acme · billing · high · assigned to ayse\n"
        "The customer has been waiting for 1 h 12 min\n"
        "Due 2026-11-23T09:00:00Z\n"
        "https://desk.example.com/tickets/5158"
    )


def test_a_group_tells_the_longest_overdue_first_and_counts_in_its_subject() -> None:
    group = Group(
        "g",
        None,
        (
            an_alert("4", stage="recovered", team=None, url=None),
            an_alert(
                "3", stage="due_soon", due_at=DUE + 20 * MINUTE, target="update", allowed=27 * HOUR, url=None
            ),
            an_alert("2", due_at=DUE - 90 * SECOND, waiting_since=None, priority=None, url=None),
            an_alert("1", due_at=DUE - 26 * HOUR, target="resolution", allowed=90 * MINUTE, url=None),
        ),
    )

    subject, text = message(group, DUE)

    assert subject == "SLA: 2 broken, 1 due soon, 1 kept after all"
    assert text == (
        "Broken 1 d 2 h ago: resolution within 1 h 30 min\n"
        "Ticket 1 in acme · billing · high\n"
        "The customer has been waiting for 1 h\n"
        "Due 2026-11-22T07:00:00Z\n"
        "\n"
        "Broken 1 min 30 s ago: first response within 1 h\n"
        "Ticket 2 in acme · billing\n"
        "Due 2026-11-23T08:58:30Z\n"
        "\n"
        "Due in 20 min: update within 27 h\n"
        "Ticket 3 in acme · billing · high\n"
        "The customer has been waiting for 1 h\n"
        "Due 2026-11-23T09:20:00Z\n"
        "\n"
        "Kept after all: first response within 1 h\n"
        "Ticket 4 in acme · high\n"
        "Due 2026-11-23T09:00:00Z"
    )


def test_a_warning_that_comes_late_says_so() -> None:
    _, text = message(Group("g", None, (an_alert(stage="due_soon"),)), DUE + 5 * MINUTE)

    assert text.startswith("Due 5 min ago: first response within 1 h\n")


def test_names_from_the_helpdesk_stay_on_their_line() -> None:
    group = Group("g", "a\r\nBcc: all@example.com", (an_alert("1\n\u202e2", url="javascript:alert(1)"),))

    subject, text = message(group, DUE)

    assert "\n" not in subject
    assert "\r" not in subject
    assert text.splitlines()[1] == "Ticket 1 2 in acme · billing · high"
    assert "javascript" not in text


@pytest.mark.parametrize(
    ("us", "days", "words"),
    [
        (0, True, "0 s"),
        (-5, True, "0 s"),
        (59_999_999, True, "59 s"),
        (25 * HOUR, True, "1 d 1 h"),
        (25 * HOUR, False, "25 h"),
        (24 * HOUR + 5 * SECOND, True, "1 d"),
    ],
)
def test_spans_have_two_units_at_most(us: int, days: bool, words: str) -> None:
    assert span(us, days=days) == words


def test_a_webhook_s_body_has_every_field_in_the_units_of_the_api() -> None:
    alert = an_alert()

    (told,) = json.loads(body(Group("g", "billing", (alert,))))["alerts"]

    assert len(told.pop("id")) == 32
    assert told == {
        "source": "acme",
        "ticket": "5158",
        "target": "first_response",
        "cycle": 1,
        "stage": "breached",
        "policy": "vip",
        "team": "billing",
        "priority": "high",
        "channel": "email",
        "assignee": None,
        "url": "https://desk.example.com/tickets/5158",
        "started_at": "2026-11-23T08:00:00Z",
        "due_at": "2026-11-23T09:00:00Z",
        "noticed_at": "2026-11-23T09:00:00.000001Z",
        "waiting_since": "2026-11-23T08:00:00Z",
        "elapsed": 3600,
        "allowed": 3600,
    }


def test_the_signature_is_the_one_that_standard_webhooks_makes() -> None:
    content = body(Group("msg_1", "billing", (an_alert(),)))
    key = Webhook(SECRET)._whsecret

    made = headers("msg_1", content, key, DUE)

    expected = Webhook(SECRET).sign("msg_1", datetime.fromtimestamp(DUE / 1e6, UTC), content.decode())
    assert made["webhook-signature"] == expected
    assert made["webhook-timestamp"] == str(DUE // 1_000_000)


def test_pauses_double_from_five_seconds_to_fifteen_minutes() -> None:
    assert [pause(n, 0) // SECOND for n in (1, 2, 3, 8, 9, 5000)] == [5, 10, 20, 640, 900, 900]
    assert pause(1, 0.999) < 6.25 * SECOND
    assert pause(1, 0, slow=True) == 900 * SECOND
