"""Facts over HTTP, for tickets that went through the worker's handler into MongoDB."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings

from harness.desk import typed
from harness.telling import Telling, Wire, changed, created, wrote
from harness.timelines import histories
from metrics.ticket.fold import fold
from metrics.ticket.render import facts

LIFE = [
    created("5158", "2026-11-01T09:00:00Z", team="billing", priority="high", channel="email"),
    wrote("5158", "2026-11-01T09:30:00Z", "agent", "ayse"),
    changed("5158", "2026-11-01T10:00:00Z", status="pending"),
    wrote("5158", "2026-11-01T11:00:00Z", "customer"),
    wrote("5158", "2026-11-01T11:20:00Z", "agent", "mehmet"),
    changed("5158", "2026-11-01T12:00:00Z", status="resolved"),
]


def ticket(web: FlaskClient, subject: str, source: str = "acme", **query: str) -> Any:
    answer = web.get(f"/api/v1/tickets/{source}/{quote(subject, safe='')}", query_string=query)
    assert answer.status_code == 200, answer.text
    return answer.json


def problem(web: FlaskClient, path: str, **query: str) -> tuple[int, Any]:
    answer = web.get(path, query_string=query)
    assert answer.content_type == "application/problem+json"
    return answer.status_code, answer.json


def test_facts_are_those_of_now(web: FlaskClient, telling: Telling) -> None:
    telling.tell(*LIFE)

    found = ticket(web, "5158")

    assert found["status"] == "resolved"
    assert found["first_response"] == {
        "at": "2026-11-01T09:30:00Z",
        "calendar": 1800,
        "business": None,
        "human": None,
    }
    assert found["full_resolution"]["calendar"] == 3 * 3600
    assert found["version"] == len(LIFE)
    as_of = datetime.fromisoformat(found["as_of"])
    assert abs((datetime.now(UTC) - as_of).total_seconds()) < 60 or as_of > datetime.now(UTC)


def test_the_default_moment_is_never_before_the_last_event(web: FlaskClient, telling: Telling) -> None:
    telling.tell(created("1", "2150-01-01T00:00:00Z"))

    assert ticket(web, "1")["as_of"] == "2150-01-01T00:00:00Z"


@pytest.mark.parametrize("known", range(1, len(LIFE)))
def test_facts_of_a_moment_are_the_fold_of_the_events_up_to_it(
    web: FlaskClient, telling: Telling, known: int
) -> None:
    telling.tell(*LIFE)

    found = ticket(web, "5158", as_of=LIFE[known - 1]["time"])

    assert found["version"] == known
    assert found["as_of"] == LIFE[known - 1]["time"]


def test_a_moment_after_the_last_event_counts_on_what_still_runs(web: FlaskClient, telling: Telling) -> None:
    telling.tell(created("1", "2026-11-01T09:00:00Z"))

    assert ticket(web, "1", as_of="2026-11-02T12:00:00+03:00")["worked"]["calendar"] == 86_400


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histories(("1",)))
def test_stored_facts_and_their_explanation_agree_at_every_moment(
    web: FlaskClient, telling: Telling, events: list[Wire]
) -> None:
    source = f"s{uuid4().hex}"
    own = [{**one, "source": source, "id": f"{source} {one['id']}"} for one in events]
    telling.tell(*own)

    for moment in {one["time"] for one in own}:
        past = [one for one in map(typed, own) if one.time <= datetime.fromisoformat(moment)]
        us = round(datetime.fromisoformat(moment).timestamp() * 1e6)
        plain = ticket(web, "1", source, as_of=moment)
        explained = ticket(web, "1", source, as_of=moment, explain="1")
        del explained["explain"]
        assert plain == explained
        assert plain["version"] == facts(fold(past), us).version


def test_an_explanation_names_the_event_that_answered(web: FlaskClient, telling: Telling) -> None:
    telling.tell(*LIFE)

    why = ticket(web, "5158", explain="1")["explain"]

    assert why["first_response"]["ended_by"] == {
        "id": LIFE[1]["id"],
        "type": "ticket.commented",
        "time": "2026-11-01T09:30:00Z",
    }
    assert [interval["status"] for interval in why["intervals"]] == ["new", "pending", "resolved"]
    assert why["intervals"][0]["from"] == "2026-11-01T09:00:00Z"


@pytest.mark.parametrize("subject", ["a/b", "/a", "a//b", "a/", "ü &?#%", "a\nb", "..", "x.csv", "5158 "])
def test_an_id_may_have_any_characters(web: FlaskClient, telling: Telling, subject: str) -> None:
    telling.tell(created(subject, "2026-11-01T09:00:00Z"))

    assert ticket(web, subject)["id"] == subject


def test_an_unknown_ticket_and_one_that_is_not_yet_there_are_404(web: FlaskClient, telling: Telling) -> None:
    telling.tell(*LIFE)

    for path, query in (
        ("/api/v1/tickets/acme/51", {}),
        ("/api/v1/tickets/other/5158", {}),
        ("/api/v1/tickets/acme/51", {"explain": "1"}),
        ("/api/v1/tickets/acme/5158", {"as_of": "2026-11-01T08:59:59Z"}),
        ("/api/v1/tickets/acme/5158", {"as_of": "2026-11-01T08:59:59Z", "explain": "1"}),
    ):
        assert problem(web, path, **query)[0] == 404


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({"as_of": "yesterday"}, "as_of"),
        ({"as_of": "2026-11-01T09:00:00"}, "as_of"),
        ({"as_of": "2026-11-01"}, "as_of"),
        ({"as_of": ""}, "as_of"),
        ({"explain": "yes"}, "explain"),
        ({"asof": "2026-11-01T09:00:00Z"}, "asof"),
    ],
)
def test_a_wrong_parameter_is_named(web: FlaskClient, query: dict[str, str], parameter: str) -> None:
    status, body = problem(web, "/api/v1/tickets/acme/1", **query)

    assert (status, body["parameter"]) == (400, parameter)
    assert body["detail"].startswith(f"{parameter}: ")


@pytest.mark.parametrize(
    "token", ["", "Bearer", "Bearer wrong", "Basic dGhlLXRva2Vu", "Bearer the-token,another"]
)
def test_without_a_valid_token_the_api_answers_401(web: FlaskClient, token: str) -> None:
    for path in ("/api/v1/tickets/acme/1", "/api/v1/reports/volume"):
        answer = web.get(path, headers={"Authorization": token})
        assert answer.status_code == 401
        assert "WWW-Authenticate" in answer.headers


def test_each_of_several_tokens_opens_the_api(web: FlaskClient) -> None:
    assert web.get("/api/v1/reports/volume", headers={"Authorization": "Bearer another"}).status_code == 200


def test_metrics_health_and_the_document_are_open(web: FlaskClient) -> None:
    for path in ("/metrics", "/healthz", "/readyz", "/openapi.json"):
        assert web.get(path, headers={"Authorization": ""}).status_code == 200


def test_facts_have_the_contracts_keys_in_its_order(web: FlaskClient, telling: Telling) -> None:
    telling.tell(*LIFE)

    names = list(json.loads(web.get("/api/v1/tickets/acme/5158").data))

    assert names[:9] == [
        "source",
        "id",
        "status",
        "priority",
        "team",
        "assignee",
        "channel",
        "created_at",
        "as_of",
    ]
    assert names[-3:] == ["excluded", "sla", "next_deadline"]
