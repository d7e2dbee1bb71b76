"""After the faults: is everything there, once, and right?"""

import base64
from collections.abc import Callable, Iterable
from contextlib import closing
from time import monotonic
from typing import Any
from urllib.request import urlopen

import msgspec
from kafka import KafkaConsumer, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord
from pymongo import MongoClient

from events import topics
from events.topics import EVENTS, TICKETS
from harness import oracle
from harness.scraping import samples, value
from harness.services import RunningService
from harness.wait import until
from metrics import audit
from metrics.batch import Ways
from metrics.records import identity
from metrics.store import Store
from rollups.amounts import Amounts, add
from rollups.store import flat
from streams.publisher import Message, Publisher

Mongo = MongoClient[dict[str, Any]]


def published(bootstrap: str, topic: str) -> list[ConsumerRecord]:
    """Every message of `topic`, those of one partition in order.

    The embedded broker's answer to "where is the end" is the start of the last batch; what it says with the
    messages themselves is right.
    """
    with closing(reader(bootstrap, topic)) as consumer:
        known, deadline = consumer.end_offsets(consumer.assignment()), monotonic() + 60
        found: list[ConsumerRecord] = []
        while (records := consumer.poll(timeout_ms=500)) or _is_short_of(consumer, known):
            assert monotonic() < deadline, f"{topic} can't be read up to {known}"
            found += [record for batch in records.values() for record in batch]
        return found


def reader(bootstrap: str, *topics: str) -> KafkaConsumer:
    """Reads all partitions of `topics` from their beginning; close it in the end."""
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    partitions = [TopicPartition(t, n) for t in topics for n in consumer.partitions_for_topic(t) or ()]
    consumer.assign(partitions)
    consumer.seek_to_beginning(*partitions)
    return consumer


def _is_short_of(consumer: KafkaConsumer, known: dict[TopicPartition, int]) -> bool:
    """Whether there is more up to the `known` ends, or up to those that came with the messages."""
    ends = {partition: consumer.highwater(partition) for partition in known}
    return any(
        end is None or consumer.position(partition) < max(end, known[partition])
        for partition, end in ends.items()
    )


def await_fit(wrong: Callable[[], list[str]]) -> None:
    """Return once nothing is `wrong` between a store and its topics: what the dead sent last may still be on
    its way to a reader. Raises AssertionError with what is."""
    last: list[str] = []

    def fits() -> bool:
        last[:] = wrong()
        return not last

    try:
        until(fits, 30, "store and topics to fit")
    except AssertionError as error:
        raise AssertionError("; ".join(last[:5]) or f"{error}") from error


def consumed(mongo: Mongo, database: str) -> dict[int, int]:
    """How far each partition has been processed."""
    return {d["partition"]: d["offset"] for d in mongo[database]["positions"].find({"topic": EVENTS})}


def progress(mongo: Mongo, database: str) -> int:
    """How many messages have been processed."""
    return sum(consumed(mongo, database).values())


def await_all_processed(mongo: Mongo, bootstrap: str, database: str, seconds: float = 90) -> None:
    """Return once every message of `helpdesk.events` has been processed, those of mergers included."""

    def all_processed() -> bool:
        ends = _ends(bootstrap)
        reached = consumed(mongo, database)
        there = all(reached.get(partition) == end for partition, end in ends.items())
        # What the last batches have to say of mergers is published after they are stored, with the facts.
        said = there and published_versions(bootstrap) == stored_versions(mongo, database)
        return said and _ends(bootstrap) == ends

    until(all_processed, seconds, "everything to be processed")


def _ends(bootstrap: str) -> dict[int, int]:
    return {record.partition: record.offset + 1 for record in published(bootstrap, EVENTS)}


def await_progress(mongo: Mongo, database: str, messages: int) -> None:
    """Return once so many messages have been processed in all."""
    until(lambda: progress(mongo, database) >= messages, 60, f"{messages} messages to be processed")


def await_more(mongo: Mongo, database: str, messages: int) -> None:
    """Return once so many more messages have been processed."""
    reached = progress(mongo, database)
    until(lambda: progress(mongo, database) >= reached + messages, 90, f"{messages} messages more")


def aggregates(mongo: Mongo, database: str) -> dict[Any, dict[str, int]]:
    """The stored aggregates, partitions added up."""
    found: Amounts = {}
    for place, numbers in Store(mongo[database]).rollups.read(None, None, (), {}):
        for measure, amount in flat(numbers):
            add(found, place, measure, amount)
    return {tuple(place): measures for place, measures in found.items()}


def losses(mongo: Mongo, database: str, sent: list[oracle.Wire]) -> tuple[int, int]:
    """How many events of `sent` were never counted, and by how much any count is too high in all."""
    stored = {document["_id"] for document in mongo[database]["events"].find({}, {"_id": 1})}
    lost = {identity(wire["source"], wire["id"]) for wire in sent} - stored
    wanted, found = oracle.rollups(sent, 3600), aggregates(mongo, database)
    excess = (
        amount - wanted.get(place, {}).get(measure, 0)
        for place, measures in found.items()
        for measure, amount in measures.items()
    )
    return len(lost), sum(max(0, more) for more in excess)


def assert_exact(mongo: Mongo, bootstrap: str, database: str, sent: Iterable[oracle.Wire]) -> None:
    """The aggregates are the oracle's for `sent`, each ticket the fold of its events, all of it published."""
    assert aggregates(mongo, database) == oracle.rollups(sent, 3600)
    with mongo.start_session(snapshot=True) as session:
        assert audit.verify(Store(mongo[database]), Ways(3600), session, lambda _: None) == []
    until(
        lambda: published_versions(bootstrap) == stored_versions(mongo, database),
        30,
        "the newest facts of every ticket to be published",
    )


def stored_versions(mongo: Mongo, database: str) -> dict[str, int]:
    """Ticket → its version in the store."""
    tickets = mongo[database]["tickets"].find({}, {"state": 1})
    return {ticket["_id"]: msgspec.json.decode(ticket["state"])["version"] for ticket in tickets}


def published_versions(bootstrap: str) -> dict[str, int]:
    """Ticket → the version in its last message on `helpdesk.tickets`; where it has come to another partition,
    the higher of those, as readers take it."""
    last = {
        (record.key.decode(), record.partition): msgspec.json.decode(record.value)["version"]
        for record in published(bootstrap, TICKETS)
    }
    versions: dict[str, int] = {}
    for (ticket, _), version in last.items():
        versions[ticket] = max(version, versions.get(ticket, 0))
    return versions


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


def handled(running: RunningService) -> float:
    """How many events the worker says are in the numbers."""
    with urlopen(running.url("/metrics"), timeout=10) as answer:
        count = value(samples(answer.read().decode()), "helpdesk_events_handled_total")
    assert count is not None
    return count


def standing(running: RunningService) -> float:
    """What `running` calls handled once that has stood for 2 s, many batches' time under such a load."""
    seen, since = handled(running), monotonic()

    def still() -> bool:
        nonlocal seen, since
        now = handled(running)
        if now != seen:
            seen, since = now, monotonic()
        return monotonic() - since > 2

    until(still, 15, "the worker to stand still")
    return seen
