"""Promises as the web tells them: the open ones, attainment, Prometheus, business hours."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from pymongo import MongoClient

from calendars.config import calendars
from harness.scraping import scrape, value
from harness.telling import GROUP, Telling, changed, created, wrote
from local.stack import Stack
from metrics.batch import Ways
from metrics.settings import Settings
from metrics.sla.policy import rules
from metrics.wsgi import build
from runtime.environment import Addresses

RULES = rules(
    [
        {
            "name": "vip",
            "calendar": "always",
            "match": {"priority": "urgent"},
            "targets": {"first_response": "1h"},
        },
        {
            "name": "all",
            "calendar": "always",
            "targets": {"first_response": "4h", "resolution": "24h"},
            "warn_before": "30m",
            "pause_on": ["pending"],
        },
    ],
    calendars(None),
    {},
)


def ago(**span: float) -> str:
    """A time so long before now."""
    return (datetime.now(UTC) - timedelta(**span)).isoformat()


@pytest.fixture
def telling(mongo: MongoClient[Any], database: str) -> Telling:
    """What tells events to a handler under RULES."""
    return Telling(mongo, database, rules=RULES)


@pytest.fixture
def web(stack: Stack, database: str) -> Iterator[FlaskClient]:
    """The web app under the same rules."""
    where = Addresses(kafka="", mongo=stack.mongo, database=database)
    app, close = build(Settings(where, ("t",), Ways(3600, RULES), 100), GROUP)
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = "Bearer t"
    yield client
    close()


def open_clocks(web: FlaskClient, **query: str) -> list[tuple[str, str, str]]:
    """Ticket, target and state of the open promises, in their order."""
    answer = web.get("/api/v1/sla/open", query_string=query)
    assert answer.status_code == 200, answer.get_json()
    return [
        (row["ticket"], row["clock"]["target"], row["clock"]["state"]) for row in answer.get_json()["rows"]
    ]


def test_open_promises_come_by_time_left_the_broken_first_and_the_paused_last(
    web: FlaskClient, telling: Telling
) -> None:
    telling.tell(
        created("fresh", ago(minutes=5)),
        created("broken", ago(hours=5)),
        created("urgent", ago(minutes=30), priority="urgent"),
        created("paused", ago(hours=1), status="pending"),
        created("done", ago(hours=1)),
        wrote("done", ago(minutes=50), "agent"),
        changed("done", ago(minutes=40), status="resolved"),
    )

    assert open_clocks(web, target="first_response") == [
        ("broken", "first_response", "breached"),
        ("urgent", "first_response", "active"),
        ("fresh", "first_response", "active"),
        ("paused", "first_response", "paused"),
    ]
    assert open_clocks(web, state="breached") == [("broken", "first_response", "breached")]
    assert ("done", "first_response", "met") not in open_clocks(web)


def test_open_promises_can_be_filtered_and_read_page_by_page(web: FlaskClient, telling: Telling) -> None:
    telling.tell(*(created(str(n), ago(minutes=90 - n), team=("billing", "orders")[n % 2]) for n in range(7)))
    seen: list[str] = []
    query = {"target": "first_response", "limit": "3"}
    while True:
        page = web.get("/api/v1/sla/open", query_string=query).get_json()
        seen += [row["ticket"] for row in page["rows"]]
        if page["next"] is None:
            break
        query["after"] = page["next"]

    assert seen == [str(n) for n in range(7)]
    assert {t for t, _, _ in open_clocks(web, team="orders")} == {"1", "3", "5"}


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ({"limit": "0"}, "limit"),
        ({"after": "x"}, "after"),
        ({"state": "met"}, "state"),
        ({"colour": "1"}, "colour"),
    ],
)
def test_a_parameter_that_cant_be_used_is_named(web: FlaskClient, query: dict[str, str], name: str) -> None:
    answer = web.get("/api/v1/sla/open", query_string=query)

    assert (answer.status_code, answer.get_json()["parameter"]) == (400, name)


def test_attainment_is_the_share_of_decided_promises_that_was_met(web: FlaskClient, telling: Telling) -> None:
    telling.tell(
        created("kept", ago(hours=9), team="billing"),
        wrote("kept", ago(hours=8), "agent"),
        created("late", ago(hours=9), team="billing"),
        wrote("late", ago(hours=2), "agent"),
        created("silent", ago(hours=9), team="orders"),
        created("running", ago(minutes=9), team="orders"),
    )

    rows = web.get(
        "/api/v1/reports/attainment", query_string={"target": "first_response", "group_by": "team"}
    ).get_json()["rows"]

    assert [(r["team"], r["met"], r["breached"], r["attainment"]) for r in rows] == [
        ("billing", 1, 1, 0.5),
        ("orders", 0, 1, 0.0),
    ]


def test_prometheus_tells_promises_kept_broken_overdue_and_due_soon(
    web: FlaskClient, telling: Telling
) -> None:
    telling.tell(
        created("kept", ago(hours=9)),
        wrote("kept", ago(hours=8), "agent"),
        created("silent", ago(hours=9)),
        created("soon", ago(hours=3, minutes=40)),
    )

    found = scrape(web)

    labels = {"source": "acme", "team": "other", "priority": "other", "channel": "other"}
    first = {**labels, "target": "first_response"}
    assert value(found, "helpdesk_sla_met_total", **first) == 1
    assert value(found, "helpdesk_sla_breached_total", **first) == 1
    assert value(found, "helpdesk_sla_overdue_tickets", **first) == 1
    assert value(found, "helpdesk_sla_due_soon_tickets", **first) == 1
    assert value(found, "helpdesk_sla_met_total", **labels, target="resolution") == 0
    assert value(found, "helpdesk_sla_met_total", **labels, target="update") is None
    business = {**labels, "clock": "business"}
    assert value(found, "helpdesk_first_response_seconds_count", **business) == 1
    assert value(found, "helpdesk_first_response_seconds_sum", **business) == pytest.approx(3600, abs=1)
    assert value(found, "helpdesk_first_response_seconds_bucket", **business, le="14400.0") == 1


def test_a_choice_that_a_measure_doesnt_have_is_refused(web: FlaskClient) -> None:
    for query, name in (({"clock": "business"}, "clock"), ({"target": "update"}, "target")):
        answer = web.get("/api/v1/reports/volume", query_string=query)

        assert (answer.status_code, answer.get_json()["parameter"]) == (400, name)


def test_facts_bear_clocks_and_business_time(web: FlaskClient, telling: Telling) -> None:
    telling.tell(created("1", "2026-05-04T09:00:00Z"), wrote("1", "2026-05-04T10:00:00Z", "agent"))

    known = web.get("/api/v1/tickets/acme/1?as_of=2026-05-04T11:00:00Z&explain=1").get_json()

    assert known["first_response"] == {
        "at": "2026-05-04T10:00:00Z",
        "calendar": 3600,
        "business": 3600,
        "human": None,
    }
    first, resolution = known["sla"]
    assert (first["target"], first["state"], first["elapsed"], first["remaining"]) == (
        "first_response",
        "met",
        3600,
        10_800,
    )
    assert (resolution["state"], resolution["due_at"]) == ("active", "2026-05-05T09:00:00Z")
    assert known["next_deadline"] == "2026-05-05T09:00:00Z"
    assert [i["policy"] for i in known["explain"]["intervals"]] == ["all"]


def test_a_broken_promise_of_a_resolved_ticket_is_counted_but_no_longer_overdue_or_open(
    web: FlaskClient, telling: Telling
) -> None:
    telling.tell(created("silent", ago(hours=9)), changed("silent", ago(hours=1), status="resolved"))

    found = scrape(web)

    labels = {"source": "acme", "team": "other", "priority": "other", "channel": "other"}
    first = {**labels, "target": "first_response"}
    assert value(found, "helpdesk_sla_breached_total", **first) == 1
    assert value(found, "helpdesk_sla_overdue_tickets", **first) == 0
    assert open_clocks(web) == []
    telling.tell(changed("silent", ago(minutes=30), status="open"))
    assert ("silent", "first_response", "breached") in open_clocks(web)
