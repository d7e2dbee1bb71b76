"""Wishes and erasures of customers, over HTTP and with a real broker."""

import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from pymongo import MongoClient

from events.codec import decode_desk_event, decode_feedback_event
from events.feedback import CustomerActed, CustomerErased
from events.instants import micros
from events.topics import EVENTS, FEEDBACK
from feedback.cases.customer import Customer
from feedback.store import database_name
from feedback.web.customer_api import SOURCE
from harness.cases import NOON, a_case, an_answer
from harness.customer_web import KEY, fits, path, put, sent, web
from harness.forgetting import HER, Worker
from harness.parts import broker_of_own
from local.stack import Stack
from privacy.pseudonym import customer_hash
from streams.publisher import Publisher


@pytest.fixture
def worker(mongo: MongoClient[Any], database: str) -> Worker:
    return Worker(mongo, database_name(database), NOON)


@pytest.fixture
def client(worker: Worker, broker: Stack) -> Iterator[FlaskClient]:
    publisher = Publisher(broker.kafka)
    yield web(worker, publisher)
    publisher.close()


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


def test_where_nothing_durable_takes_it_nobody_is_told_that_it_was_done(
    worker: Worker, tmp_path: Path
) -> None:
    with broker_of_own(tmp_path) as queue:
        publisher = Publisher(queue.address)
        client = web(worker, publisher)
        assert client.delete(path("55")).status_code == 202

        with queue.paused():
            answer = client.delete(path("55"))

        publisher.close()
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]


def test_the_moment_of_an_erasure_is_now(client: FlaskClient) -> None:
    # MongoDB tells whole milliseconds.
    before = time.time_ns() // 1_000_000 * 1000

    answer = client.delete(path("55")).json

    assert answer is not None
    assert before <= micros(datetime.fromisoformat(answer["erased_at"])) <= time.time_ns() // 1000
