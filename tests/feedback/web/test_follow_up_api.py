"""Follow-ups over HTTP: who has to get in touch, the most urgent first, and how often they did in time."""

import time
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from msgspec.structs import replace
from openapi_spec_validator import validate
from pymongo import MongoClient

from feedback.web.follow_up_api import PATHS
from harness.closing import Loop, low, now
from harness.speaking import DAY, HOUR, a_case, a_mention, a_ticket, an_answer

Fields = dict[str, Any]


@pytest.fixture
def loop(mongo: MongoClient[Any], database: str) -> Loop:
    return Loop(mongo, database)


def fits(path: str, method: str, answer: Any) -> None:
    """`answer` is what the description of `path` promises."""
    content = PATHS[path][method]["responses"]["200"]["content"]
    Draft202012Validator(content["application/json"]["schema"]).validate(answer)


def test_the_most_urgent_comes_first_and_only_what_is_open(loop: Loop) -> None:
    loop.keep(low("late", 3 * DAY), low("fresh", HOUR), low("soon", 40 * HOUR))

    assert loop.listed() == ["late", "soon", "fresh"]
    assert loop.listed(state="overdue") == ["late"]
    assert loop.listed(state="contacted") == []


def test_a_row_says_all_but_the_customer_s_words_which_are_there_when_asked_for(loop: Loop) -> None:
    loop.keep(low("5158", HOUR, comment="berbat"))

    row = loop.only()

    assert (row["rule"], row["kind"], row["survey"], row["score"], row["scale"]) == (
        "detractor",
        "answer",
        "csat",
        1,
        5,
    )
    assert (row["source"], row["ticket"], row["team"], row["owner"]) == ("acme", "5158", "billing", "billing")
    assert row["reading"] == {
        "label": "negative",
        "polarity": -0.6,
        "confidence": 0.8,
        "tone": "plain",
        "severity": "none",
    }
    assert (row["overdue"], row["notes"], row["excluded"], row["forgotten"]) == (False, [], None, False)
    assert "text" not in row
    assert loop.only(text="1")["text"] == "berbat"
    assert loop.web.get(f"/api/v1/follow-ups/{row['id']}?text=1").get_json()["text"] == "berbat"


def test_several_of_one_case_stand_each_at_their_own_place(loop: Loop) -> None:
    both = low("both", HOUR)
    loop.keep(replace(both, voices=(a_mention(now() - HOUR),)), low("between", 40 * HOUR))

    rows = loop.get()["rows"]

    assert [(row["ticket"], row["rule"]) for row in rows] == [
        ("both", "mention"),
        ("between", "detractor"),
        ("both", "detractor"),
    ]
    loop.post(rows[0]["id"], by="ayse", contacted=True)
    assert loop.listed() == ["between", "both"]
    assert loop.only(state="contacted")["rule"] == "mention"


def test_rows_can_be_filtered_by_their_labels(loop: Loop) -> None:
    ayse = replace(low("2", 2 * HOUR, team="sales"), ticket=a_ticket(team="sales", assignee="ayse"))
    mention = a_case("post", voices=(a_mention(now() - HOUR, team="social"),))
    loop.keep(low("1", 3 * HOUR), ayse, mention, low("3", HOUR, team=None))

    assert loop.listed(team="sales") == ["2"]
    assert loop.listed(team=["billing", "sales"]) == ["1", "2"]
    assert loop.listed(team="") == ["3"]
    assert loop.listed(owner="ayse") == ["2"]
    assert loop.listed(rule="mention") == [None]
    assert loop.listed(source="acme", rule="detractor") == ["1", "2", "3"]
    assert loop.listed(source="other") == []


def test_pages_bring_every_follow_up_once(loop: Loop) -> None:
    moment = now() - DAY
    same = [a_case(str(n), ticket=a_ticket(), answers=(an_answer((moment, 1)),)) for n in range(5)]
    loop.keep(*same, low("early", 2 * DAY), low("late", HOUR))
    seen: list[str] = []
    query: Fields = {"limit": 2}
    for _ in range(4):
        page = loop.get(**query)
        seen += [row["ticket"] for row in page["rows"]]
        query["after"] = page["next"]

    assert page["next"] is None
    assert (seen[0], seen[-1], sorted(seen[1:-1])) == ("early", "late", list("01234"))


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ({"state": "late"}, "state"),
        ({"rule": "x"}, "rule"),
        ({"limit": "0"}, "limit"),
        ({"limit": "501"}, "limit"),
        ({"limit": "²"}, "limit"),
        ({"after": "x"}, "after"),
        ({"after": f"{'9' * 19} x"}, "after"),
        ({"text": "yes"}, "text"),
        ({"colour": "1"}, "colour"),
    ],
)
def test_a_parameter_that_cant_be_used_is_named(loop: Loop, query: Fields, name: str) -> None:
    answer = loop.web.get("/api/v1/follow-ups", query_string=query)

    assert answer.status_code == 400
    assert answer.get_json()["parameter"] == name


def test_the_summary_is_of_those_opened_in_the_period(loop: Loop) -> None:
    loop.keep(low("missed", 3 * DAY), low("called", 60 * HOUR), low("fresh", HOUR), low("old", 6 * DAY))
    rows = {row["ticket"]: row["id"] for row in loop.get()["rows"]}
    for ticket in ("fresh", "called"):
        loop.web.post(f"/api/v1/follow-ups/{rows[ticket]}", json={"by": "ayse", "contacted": True})
    since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 5 * 86_400))

    found = loop.get("/summary", **{"from": since})

    assert {n: found[n] for n in ("opened", "in_time", "late", "missed", "waiting", "too_few")} == {
        "opened": 3,
        "in_time": 1,
        "late": 1,
        "missed": 1,
        "waiting": 0,
        "too_few": False,
    }
    assert found["rate"] == pytest.approx(1 / 3)
    assert found["rate_low"] < 1 / 3 < found["rate_high"]
    assert "Wilson" in found["formula"]
    assert loop.get("/summary", to="1971-01-01")["rate"] is None
    assert loop.web.get("/api/v1/follow-ups/summary?from=2026-01-02&to=2026-01-01").status_code == 400
    assert loop.get("/summary", team="sales")["opened"] == 0


def test_answers_are_as_they_are_described(loop: Loop) -> None:
    loop.keep(low("1", HOUR, comment="berbat"), a_case("post", voices=(a_mention(now() - HOUR),)))
    document = {
        "openapi": "3.1.0",
        "info": {"title": "x", "version": "1"},
        "paths": PATHS,
    }
    validate(document)

    page = loop.get(text="1")
    fits("/api/v1/follow-ups", "get", page)
    fits("/api/v1/follow-ups/summary", "get", loop.get("/summary"))
    for row in page["rows"]:
        path = f"/api/v1/follow-ups/{row['id']}"
        fits("/api/v1/follow-ups/{id}", "get", loop.web.get(path).get_json())
        answer = loop.web.post(path, json={"by": "ayse", "contacted": True, "outcome": "well"})
        fits("/api/v1/follow-ups/{id}", "post", answer.get_json())


def test_open_follow_ups_are_found_by_their_index(loop: Loop) -> None:
    where = {"loop": {"$elemMatch": {"state": "open", "due_at": {"$lte": now()}}}}

    plan = loop.store.database["cases"].find(where).explain()["queryPlanner"]["winningPlan"]

    assert "loop.state" in str(plan)
    assert "COLLSCAN" not in str(plan)
