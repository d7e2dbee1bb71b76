"""What is known about one customer, and what was destroyed, over HTTP."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from openapi_spec_validator import validate
from pymongo import MongoClient

from feedback.cases.case import Note
from feedback.cases.customer import Customer, Mood
from feedback.store import database_name
from feedback.web import customer_api
from feedback.web.customer_api import PATHS
from harness.cases import NOON, a_case, a_follow_up, a_revision, a_survey, a_ticket, a_voice, an_answer
from harness.customer_web import KEY, fits, path, put, web
from harness.forgetting import HER, HIM, Worker, erasure
from harness.voices import at
from local.stack import Stack
from privacy.pseudonym import customer_hash
from streams.publisher import Publisher

IDS = [
    "55",
    "ayşe öz@example.com",
    "a/b",
    "/a",
    "a/",
    "a//b",
    "?x=1#y",
    "../..",
    "a%2Fb",
    "x/opt-out",
    " ",
]


@pytest.fixture
def worker(mongo: MongoClient[Any], database: str) -> Worker:
    return Worker(mongo, database_name(database), NOON)


@pytest.fixture
def readable(worker: Worker, stack: Stack) -> Iterator[FlaskClient]:
    """The API for those who only read."""
    publisher = Publisher(stack.kafka)
    yield web(worker, publisher)
    publisher.close()


@pytest.mark.parametrize("customer", IDS)
def test_an_id_may_be_anything(readable: FlaskClient, worker: Worker, customer: str) -> None:
    pseudonym = customer_hash(customer, KEY)
    worker.store.transact(lambda s: worker.store.save_customers([Customer(id=pseudonym, asked_at=NOON)], s))

    answer = readable.get(path(customer))

    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    assert pseudonym in answer.json["pseudonyms"]


def test_an_address_is_also_looked_for_in_small_letters_and_a_pseudonym_as_it_is() -> None:
    both = {customer_hash("Ayse@Example.com", KEY), customer_hash("ayse@example.com", KEY)}
    assert customer_api.pseudonyms("Ayse@Example.com", KEY) == both
    assert customer_api.pseudonyms("Ayse", KEY) == {customer_hash("Ayse", KEY)}
    assert customer_api.pseudonyms(HER, KEY) == {HER, customer_hash(HER, KEY)}


def test_everything_about_a_customer_is_told_and_nothing_of_others(
    readable: FlaskClient, worker: Worker
) -> None:
    edits = (a_revision(1, NOON, "berbat"), a_revision(4, NOON + 1, "düzeldi"))
    notes = (Note(at=NOON + 2, by="can", contacted=True, outcome="özür dilendi"),)
    case = a_case(
        ticket=a_ticket(requester=HER, contact="sealed", url="https://desk.example/1"),
        surveys=(
            a_survey(people=(HER,)),
            a_survey(id="a2", state="withheld", reason="cooldown", sent_at=None),
        ),
        answers=(an_answer(customer=HER, revisions=edits), an_answer(2, "onun sözü", id="a9", customer=HIM)),
        voices=(a_voice(customer=HER), a_voice(id="v2", text="onun yorumu", customer=HIM)),
        follow_ups=(a_follow_up(notes=notes, state="contacted"), a_follow_up(id="f9", about="a9")),
    )
    put(worker, case, Customer(id=HER, asked_at=NOON, opted_out_at=NOON, moods=(Mood(NOON, -0.5),)))
    worker.tell(erasure(at(-1000)))

    answer = readable.get(path(HER))

    assert answer.json is not None
    fits("/api/v1/customers/{id}", "get", "200", answer.json)
    (known,) = answer.json["known"]
    assert (known["pseudonym"], known["opted_out"], known["opted_out_at"]) == (
        HER,
        True,
        "2026-11-02T12:00:00Z",
    )
    assert known["moods"] == [{"at": "2026-11-02T12:00:00Z", "polarity": -0.5}]
    (shown,) = answer.json["cases"]
    assert (shown["ticket"]["requester"], shown["ticket"]["has_address"]) == (HER, True)
    assert shown["ticket"]["cycles"][0]["resolved"] == "2026-11-02T12:00:00Z"
    assert [survey["id"] for survey in shown["surveys"]] == ["a1"]
    (mine,) = shown["answers"]
    assert [one["comment"] for one in mine["revisions"]] == ["berbat", "düzeldi"]
    assert mine["revisions"][0]["reading"]["label"] == "negative"
    assert [voice["id"] for voice in shown["voices"]] == ["v1"]
    (follow_up,) = shown["follow_ups"]
    assert follow_up["notes"][0]["outcome"] == "özür dilendi"
    assert "sealed" not in answer.text
    assert "onun" not in answer.text
    assert [one["what"] for one in answer.json["destroyed"]] == ["erasure"]


def test_who_is_unknown_is_said_to_be_so(readable: FlaskClient) -> None:
    answer = readable.get(path("nobody"))

    assert answer.status_code == 404
    assert answer.json is not None
    assert "nothing is known" in answer.json["detail"]


def test_what_was_destroyed_is_listed_newest_first_by_pages(readable: FlaskClient, worker: Worker) -> None:
    worker.tell(*(erasure(at(n), f"{n:032x}") for n in range(5)))

    found: list[str] = []
    after: dict[str, str] = {}
    for _ in range(4):
        page = readable.get("/api/v1/destructions", query_string={"limit": 2, **after}).json
        assert page is not None
        fits("/api/v1/destructions", "get", "200", page)
        found += [pseudonym for row in page["rows"] for pseudonym in row["pseudonyms"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}

    assert found == [f"{n:032x}" for n in (4, 3, 2, 1, 0)]


@pytest.mark.parametrize(
    ("query", "names"), [({"limit": "0"}, "limit"), ({"after": "x"}, "after"), ({"page": "2"}, "page")]
)
def test_a_parameter_that_cannot_be_used_is_named(
    readable: FlaskClient, query: dict[str, str], names: str
) -> None:
    answer = readable.get("/api/v1/destructions", query_string=query)

    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["parameter"] == names


def test_the_description_is_valid() -> None:
    validate({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": PATHS})
