"""What is known about one customer, their wishes and their erasure, over HTTP and with a real broker."""

import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import quote

import pytest
from flask import Blueprint
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from kafka import KafkaConsumer, TopicPartition
from openapi_spec_validator import validate
from pymongo import MongoClient

from events.codec import decode_desk_event, decode_feedback_event
from events.feedback import CustomerActed, CustomerErased
from events.instants import micros
from events.topics import EVENTS, FEEDBACK
from feedback.cases.case import Note
from feedback.cases.customer import Customer, Mood
from feedback.store import database_name
from feedback.web import customer_api
from feedback.web.customer_api import PATHS, SOURCE
from harness.cases import NOON, a_case, a_follow_up, a_revision, a_survey, a_ticket, a_voice, an_answer
from harness.forgetting import HER, HIM, Worker, erasure
from harness.voices import at
from local.stack import Stack
from privacy.pseudonym import customer_hash
from runtime.paths import AnythingConverter
from runtime.web import create_web
from streams.publisher import Publisher

KEY = b"a key of tests"
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
    "kişi/opt-out",
    " ",
]


@pytest.fixture
def worker(mongo: MongoClient[Any], database: str) -> Worker:
    return Worker(mongo, database_name(database), NOON)


def web(worker: Worker, publisher: Publisher) -> FlaskClient:
    """The API over what `worker` has stored."""
    app = create_web("feedback", lambda: None)
    app.url_map.converters["anything"] = AnythingConverter
    api = Blueprint("api", __name__, url_prefix="/api/v1")
    customer_api.add_routes(api, worker.store, publisher, KEY)
    app.register_blueprint(api)
    return app.test_client()


@pytest.fixture
def client(worker: Worker, broker: Stack) -> Iterator[FlaskClient]:
    publisher = Publisher(broker.kafka)
    yield web(worker, publisher)
    publisher.close()


@pytest.fixture
def readable(worker: Worker) -> Iterator[FlaskClient]:
    """The API for those who only read: its Kafka is nowhere."""
    publisher = Publisher("127.0.0.1:1", block_timeout=0.1)
    yield web(worker, publisher)
    publisher.close(0.1)


def path(customer: str, more: str = "") -> str:
    return f"/api/v1/customers/{quote(customer, safe='')}{more}"


def sent(broker: Stack, topic: str) -> list[tuple[bytes, bytes]]:
    """All messages of `topic`, key and value."""
    consumer = KafkaConsumer(bootstrap_servers=broker.kafka.split(","))
    try:
        partitions = [TopicPartition(topic, n) for n in consumer.partitions_for_topic(topic)]
        consumer.assign(partitions)
        consumer.seek_to_beginning(*partitions)
        wanted = sum(consumer.end_offsets(partitions).values())
        found: list[tuple[bytes, bytes]] = []
        deadline = time.monotonic() + 20
        while len(found) < wanted and time.monotonic() < deadline:
            for records in consumer.poll(timeout_ms=200).values():
                found += [(record.key, record.value) for record in records]
        return found
    finally:
        consumer.close()


def put(worker: Worker, case: Any, *customers: Customer) -> None:
    def write(session: Any) -> None:
        from feedback.store import Change

        worker.store.write([Change(None, case)], 0, session)
        worker.store.save_customers(customers, session)

    worker.store.transact(write)


def fits(route: str, method: str, status: str, answer: Any) -> None:
    """`answer` is what the description of `route` promises."""
    content = PATHS[route][method]["responses"][status]["content"]
    Draft202012Validator(content["application/json"]["schema"]).validate(answer)


def test_an_erasure_is_durable_on_both_topics_before_it_is_answered(
    client: FlaskClient, broker: Stack, worker: Worker
) -> None:
    pseudonym = customer_hash("55", KEY)
    worker.store.transact(lambda s: worker.store.save_customers([Customer(id=pseudonym, linked=(HER,))], s))

    answer = client.delete(path("55"))

    assert answer.status_code == 202
    assert answer.json is not None
    fits("/api/v1/customers/{id}", "delete", "202", answer.json)
    assert answer.json["pseudonyms"] == sorted([pseudonym, HER])
    feedback, events = sent(broker, FEEDBACK), sent(broker, EVENTS)
    assert sorted(feedback) == sorted(events)
    for (name, value), subject in zip(sorted(feedback), sorted([pseudonym, HER]), strict=True):
        event = decode_feedback_event(value)
        assert isinstance(event, CustomerErased)
        assert decode_desk_event(value) == event
        assert (event.source, event.subject) == (SOURCE, subject)
        assert name == f"{SOURCE}/{subject}".encode()
        assert event.time == datetime.fromisoformat(answer.json["erased_at"])


def test_what_was_asked_is_done_once_the_worker_has_read_it(
    client: FlaskClient, broker: Stack, worker: Worker
) -> None:
    pseudonym = customer_hash("55", KEY)
    put(worker, a_case(answers=(an_answer(1, "berbat", customer=pseudonym),)))

    client.delete(path("55"))
    worker.tell(*(decode_feedback_event(value) for _, value in sent(broker, FEEDBACK)))

    known = client.get(path("55")).json
    assert known is not None
    assert known["cases"] == []
    assert known["destroyed"][0]["destroyed"]["answers"] == 1
    assert worker.case("1").answers[0].latest.score == 1
    assert worker.case("1").answers[0].latest.comment is None


@pytest.mark.parametrize(("wish", "opted_out"), [("opt-out", True), ("opt-in", False)])
def test_a_wish_is_an_event_that_the_worker_takes(
    client: FlaskClient, broker: Stack, worker: Worker, wish: str, opted_out: bool
) -> None:
    answer = client.post(path("55", f"/{wish}"))

    assert answer.status_code == 202
    fits(f"/api/v1/customers/{{id}}/{wish}", "post", "202", answer.json)
    assert answer.json == {"pseudonyms": [customer_hash("55", KEY)], "opted_out": opted_out}
    ((_, value),) = sent(broker, FEEDBACK)
    event = decode_feedback_event(value)
    assert isinstance(event, CustomerActed)
    worker.tell(event)
    (known,) = client.get(path("55")).json["known"]  # type: ignore[index]
    assert known["opted_out"] is opted_out


def test_where_nothing_durable_is_left_nobody_is_told_that_it_was_done(readable: FlaskClient) -> None:
    for answer in (readable.delete(path("55")), readable.post(path("55", "/opt-out"))):
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]


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


def test_what_was_destroyed_is_listed_newest_first_page_by_page(
    readable: FlaskClient, worker: Worker
) -> None:
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


def test_the_moment_of_an_erasure_is_now(client: FlaskClient) -> None:
    before = time.time_ns() // 1000

    answer = client.delete(path("55")).json

    assert answer is not None
    assert before <= micros(datetime.fromisoformat(answer["erased_at"])) <= time.time_ns() // 1000
