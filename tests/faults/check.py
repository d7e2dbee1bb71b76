"""After the faults: is everything there, once, and right?"""

import base64
from collections.abc import Iterable
from typing import Any

import msgspec
from kafka import KafkaConsumer, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord
from pymongo import MongoClient

from events import topics
from events.topics import EVENTS, TICKETS
from harness import oracle
from harness.wait import until
from metrics import audit
from metrics.batch import Ways
from metrics.store import Store
from rollups.amounts import Amounts, add
from rollups.store import flat
from streams.publisher import Message, Publisher

Mongo = MongoClient[dict[str, Any]]


def published(bootstrap: str, topic: str) -> list[ConsumerRecord]:
    """Every message of `topic`, those of one partition in order.

    Read to the end, because the embedded broker's answer to "where is the end" is the start of the last
    batch.
    """
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    try:
        partitions = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()]
        consumer.assign(partitions)
        consumer.seek_to_beginning(*partitions)
        found: list[ConsumerRecord] = []
        while records := consumer.poll(timeout_ms=500):
            found += [record for batch in records.values() for record in batch]
        return found
    finally:
        consumer.close()


def consumed(mongo: Mongo, database: str) -> dict[int, int]:
    """How far each partition has been processed."""
    return {d["partition"]: d["offset"] for d in mongo[database]["positions"].find({"topic": EVENTS})}


def progress(mongo: Mongo, database: str) -> int:
    """How many messages have been processed."""
    return sum(consumed(mongo, database).values())


def await_all_processed(mongo: Mongo, bootstrap: str, database: str, seconds: float = 90) -> None:
    """Return once every message of `helpdesk.events` has been processed, those of mergers included."""

    def all_processed() -> bool:
        ends = {record.partition: record.offset + 1 for record in published(bootstrap, EVENTS)}
        reached = consumed(mongo, database)
        return all(reached.get(partition) == end for partition, end in ends.items())

    until(all_processed, seconds, "everything to be processed")


def await_progress(mongo: Mongo, database: str, messages: int) -> None:
    """Return once so many messages have been processed in all."""
    until(lambda: progress(mongo, database) >= messages, 60, f"{messages} messages to be processed")


def aggregates(mongo: Mongo, database: str) -> dict[Any, dict[str, int]]:
    """The stored aggregates, partitions added up."""
    found: Amounts = {}
    for place, numbers in Store(mongo[database]).rollups.read(None, None, (), {}):
        for measure, amount in flat(numbers):
            add(found, place, measure, amount)
    return {tuple(place): measures for place, measures in found.items()}


def assert_exact(mongo: Mongo, bootstrap: str, database: str, sent: Iterable[oracle.Wire]) -> None:
    """The aggregates are the oracle's for `sent`, each ticket the fold of its events, all of it published."""
    assert aggregates(mongo, database) == oracle.rollups(sent, 3600)
    with mongo.start_session(snapshot=True) as session:
        assert audit.verify(Store(mongo[database]), Ways(3600), session, lambda _: None) == []
    stored = {d["_id"]: msgspec.json.decode(d["state"])["version"] for d in mongo[database]["tickets"].find()}
    until(
        lambda: published_versions(bootstrap) == stored,
        30,
        "the newest facts of every ticket to be published",
    )


def published_versions(bootstrap: str) -> dict[str, int]:
    """Ticket → the version in its last message on `helpdesk.tickets`."""
    return {
        record.key.decode(): msgspec.json.decode(record.value)["version"]
        for record in published(bootstrap, TICKETS)
    }


def publish_raw(bootstrap: str, values: list[bytes]) -> None:
    """Put `values` on `helpdesk.events` as they are."""
    publisher = Publisher(bootstrap)
    publisher.publish([Message(EVENTS, b"acme/poison", value) for value in values])
    publisher.close()


def encoded(values: list[bytes]) -> list[str]:
    """`values` as dead letters hold them."""
    return [base64.b64encode(value).decode() for value in values]


def dead_letters(bootstrap: str) -> list[dict[str, Any]]:
    """All dead letters of `helpdesk.events`."""
    return [msgspec.json.decode(r.value) for r in published(bootstrap, topics.dead_letters(EVENTS))]
