"""ingest as a sender meets it, and what of it arrives on Kafka."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import msgspec
from flask.testing import FlaskClient
from kafka import KafkaConsumer, TopicPartition
from werkzeug.test import TestResponse

from events.topics import TOPICS
from harness import wait

HASH_KEY: Final = b"the-hash-key-of-these-tests"
API_TOKEN: Final = "the-api-token-of-these-tests"


@dataclass(frozen=True)
class Api:
    """A client of ingest with two sources: `source` (two secrets) and `other`; `mute` has no secret."""

    client: FlaskClient
    source: str
    other: str
    mute: str
    secret: str = "whsec_bmV3LXNlY3JldC1vZi10aGUtdGVzdHM="
    old_secret: str = "an old secret of plain text"
    other_secret: str = "the-other-source's"

    def event(self, **changes: Any) -> dict[str, Any]:
        """A valid event of `source`; a change to None leaves the field out."""
        event = {
            "specversion": "1.0",
            "id": uuid.uuid4().hex,
            "source": self.source,
            "type": "ticket.commented",
            "time": "2026-11-21T09:30:00Z",
            "subject": "5158",
            "data": {"author": {"kind": "agent", "id": "ayse"}},
        }
        return {name: value for name, value in (event | changes).items() if value is not None}

    def post(
        self,
        body: Any,
        path: str = "/v1/events",
        *,
        kind: str = "application/cloudevents+json",
        token: str | None = "",
        headers: dict[str, str] | None = None,
    ) -> TestResponse:
        """Post `body` (bytes, or JSON to be) with `source`'s secret, another `token`, or (None) none."""
        raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
        bearer = {} if token is None else {"Authorization": f"Bearer {token or self.secret}"}
        return self.client.post(path, data=raw, content_type=kind, headers={**bearer, **(headers or {})})

    def batch(self, events: list[Any] | bytes, **how: Any) -> TestResponse:
        """Post `events` as a batch."""
        return self.post(events, kind="application/cloudevents-batch+json", **how)


@dataclass(frozen=True)
class Arrival:
    """A message as Kafka has it."""

    topic: str
    partition: int
    key: str
    value: dict[str, Any]


def at(target: str) -> dict[str, Any]:
    """Where Flask's client is to go: to `target` as a server has it, of which the client itself would take
    what follows two slashes for a host."""
    return {"path": "/", "environ_overrides": {"PATH_INFO": target.encode().decode("latin-1")}}


def content(answer: TestResponse) -> Any:
    """The JSON of `answer`."""
    return msgspec.json.decode(answer.data)


Arrivals: TypeAlias = Callable[[str, int], list[Arrival]]
"""Waits until the broker has so many messages of a source, and gives all that it has of it then."""


def read_arrivals(bootstrap: str, source: str, count: int) -> list[Arrival]:
    """All messages of `source`, `count` at least, in the order of each partition.

    The embedded broker's answer to "what is your latest offset" leaves out all but the first message of the
    last batch; what it says with the messages themselves is right.
    """
    found: list[Arrival] = []
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, group_id=None, enable_auto_commit=False)
    try:
        names = [topic.name for topic in TOPICS]
        partitions = [TopicPartition(name, p) for name in names for p in consumer.partitions_for_topic(name)]
        consumer.assign(partitions)
        consumer.seek_to_beginning(*partitions)
        known = consumer.end_offsets(partitions)

        def all_there() -> bool:
            polled = consumer.poll(timeout_ms=200)
            found.extend(arrival for records in polled.values() for arrival in map(_arrival, records))
            ends = (max(known[one], consumer.highwater(one) or 0) for one in partitions)
            whole = all(consumer.position(one) >= end for one, end in zip(partitions, ends, strict=True))
            return whole and sum(arrival.value["source"] == source for arrival in found) >= count

        wait.until(all_there, 30, f"{count} messages of {source}")
    finally:
        consumer.close()
    return [arrival for arrival in found if arrival.value["source"] == source]


def _arrival(record: Any) -> Arrival:
    return Arrival(record.topic, record.partition, record.key.decode(), msgspec.json.decode(record.value))
