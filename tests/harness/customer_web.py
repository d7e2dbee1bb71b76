"""The API about customers over what a worker has stored, and what it publishes."""

import time
from typing import Any
from urllib.parse import quote

from flask import Blueprint
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from kafka import KafkaConsumer, TopicPartition

from feedback.cases.case import Case
from feedback.cases.customer import Customer
from feedback.store import Change
from feedback.web import customer_api
from feedback.web.customer_api import PATHS
from harness.forgetting import Worker
from local.stack import Stack
from runtime.paths import AnythingConverter
from runtime.web import create_web
from streams.clock import SharedClock
from streams.publisher import Publisher

KEY = b"a key of tests"


def web(worker: Worker, publisher: Publisher) -> FlaskClient:
    """The API over what `worker` has stored."""
    app = create_web("feedback", lambda: None)
    app.url_map.converters["anything"] = AnythingConverter
    api = Blueprint("api", __name__, url_prefix="/api/v1")
    customer_api.add_routes(api, worker.store, publisher, KEY, SharedClock(worker.store.database.client))
    app.register_blueprint(api)
    return app.test_client()


def path(customer: str, more: str = "") -> str:
    """Where `customer` is asked about, and `more` of them."""
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


def put(worker: Worker, case: Case, *customers: Customer) -> None:
    """Write what a worker once wrote."""

    def write(session: Any) -> None:
        worker.store.write([Change(None, case)], 0, session)
        worker.store.save_customers(customers, session)

    worker.store.transact(write)


def fits(route: str, method: str, status: str, answer: Any) -> None:
    """`answer` is what the description of `route` promises."""
    content = PATHS[route][method]["responses"][status]["content"]
    Draft202012Validator(content["application/json"]["schema"]).validate(answer)
