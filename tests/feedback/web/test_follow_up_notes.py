"""What people record about follow-ups over HTTP, and what is said of those that are none any more."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from pymongo import MongoClient

from feedback.cases.case import Case
from feedback.follow_ups.rules import followed
from harness.closing import Loop, low, now
from harness.speaking import HOUR, RULES


@pytest.fixture
def loop(mongo: MongoClient[Any], database: str) -> Loop:
    return Loop(mongo, database)


def aggregates(loop: Loop) -> list[str]:
    return sorted(map(str, loop.store.rollups.read(None, None, (), {})))


def test_a_contact_is_recorded_with_its_time_and_stops_the_clock(loop: Loop) -> None:
    loop.keep(low("5158", HOUR))
    name = loop.only()["id"]
    counted = aggregates(loop)

    row = loop.post(name, by="ayse", contacted=True, outcome="refunded, called 0532 123 45 67")

    assert (row["state"], row["contacted_at"], row["overdue"]) == ("contacted", row["notes"][0]["at"], False)
    assert [(note["by"], note["outcome"]) for note in row["notes"]] == [("ayse", "refunded, called [phone]")]
    assert loop.listed() == []
    assert loop.listed(state="contacted") == ["5158"]
    case = loop.store.with_follow_up(name)
    assert case is not None
    assert case.follow_ups[0].state == "contacted"
    assert aggregates(loop) == counted


def test_a_second_note_is_added_and_the_first_contact_counts(loop: Loop) -> None:
    loop.keep(low("5158", HOUR))
    name = loop.only()["id"]

    handed = loop.post(name, by="ali", owner="ayse")
    first = loop.post(name, by="ayse", contacted=True)
    second = loop.post(name, by="ayse", contacted=True, outcome="satisfied now")

    assert (handed["state"], handed["owner"]) == ("open", "ayse")
    assert [note["owner"] for note in second["notes"]] == ["ayse", None, None]
    assert second["contacted_at"] == first["contacted_at"]
    assert loop.get(f"/{name}") == second


def test_of_many_who_record_at_once_nobody_is_lost(loop: Loop) -> None:
    loop.keep(low("5158", HOUR))
    name = loop.only()["id"]

    def record(who: int) -> int:
        entry = {"by": f"agent{who}", "contacted": who == 3}
        outcome = {} if entry["contacted"] else {"outcome": "not at home"}
        client = loop.web.application.test_client()
        return client.post(f"/api/v1/follow-ups/{name}", json=entry | outcome).status_code

    with ThreadPoolExecutor(4) as people:
        statuses = list(people.map(record, range(8)))

    assert statuses == [200] * 8
    row = loop.only(state="contacted")
    assert {note["by"] for note in row["notes"]} == {f"agent{who}" for who in range(8)}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"contacted": True}, "by"),
        ({"by": ""}, "by"),
        ({"by": "x" * 101}, "by"),
        ({"by": "a\nb", "contacted": True}, "by"),
        ({"by": "ayse", "contacted": "yes"}, "contacted"),
        ({"by": "ayse"}, "contacted"),
        ({"by": "ayse", "outcome": "x" * 501}, "outcome"),
        ({"by": "ayse", "owner": 7}, "owner"),
        ({"by": "ayse", "contacted": True, "colour": 1}, "colour"),
        ([], ""),
        ("x", ""),
    ],
)
def test_an_entry_that_cant_be_recorded_names_its_field(loop: Loop, body: Any, field: str) -> None:
    loop.keep(low("5158", HOUR))

    answer = loop.web.post(f"/api/v1/follow-ups/{loop.only()['id']}", json=body)

    assert answer.status_code == 400, answer.text
    assert answer.get_json()["field"] == field
    assert loop.only()["notes"] == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.one_of(st.binary(max_size=300), st.text(max_size=100).map(lambda text: text.encode())))
def test_whatever_is_posted_gets_a_clear_answer(loop: Loop, body: bytes) -> None:
    assert loop.web.post("/api/v1/follow-ups/none", data=body).status_code == 400


def test_a_body_that_is_too_long_is_refused(loop: Loop) -> None:
    assert loop.web.post("/api/v1/follow-ups/none", data=b"x" * 10_001).status_code == 413


def test_unknown_follow_ups_are_404(loop: Loop) -> None:
    assert loop.web.get("/api/v1/follow-ups/none").status_code == 404
    answer = loop.web.post("/api/v1/follow-ups/none", json={"by": "ayse", "contacted": True})
    assert answer.status_code == 404
    assert "erased" in answer.get_json()["detail"]


def test_of_spam_and_of_what_was_erased_the_answer_says_so(loop: Loop) -> None:
    loop.keep(low("spam", HOUR), low("gone", HOUR))
    names = {row["ticket"]: row["id"] for row in loop.get()["rows"]}

    def spam(case: Case) -> Case:
        assert case.ticket is not None
        return followed(replace(case, ticket=replace(case.ticket, excluded="spam")), RULES, now(), {})

    loop.store.edit("acme/spam", spam, 0)
    loop.store.edit("acme/gone", lambda case: followed(replace(case, answers=()), RULES, now(), {}), 0)
    excluded, forgotten = (loop.get(f"/{names[ticket]}", text="1") for ticket in ("spam", "gone"))

    assert loop.listed() == []
    assert (excluded["state"], excluded["excluded"], excluded["score"]) == ("withdrawn", "spam", 1)
    assert (forgotten["state"], forgotten["forgotten"]) == ("withdrawn", True)
    assert (forgotten["score"], forgotten["reading"], forgotten["text"]) == (None, None, None)
