"""Publishing returns once a message is durable, and says so in time when it can't be."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka.cluster import ClusterMetadata
from kafka.partitioner import DefaultPartitioner

from events.topics import EVENTS
from faults.check import published
from harness.machine import stalls
from harness.parts import Broker, broker_of_own
from harness.wait import until
from streams.partitioner import RememberingPartitioner, hash_of
from streams.publisher import Message, Publisher, Unavailable


@pytest.fixture(scope="module")
def queue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    with broker_of_own(tmp_path_factory.mktemp("publisher")) as own:
        yield own


@pytest.fixture
def publisher(queue: Broker) -> Iterator[Publisher]:
    made = Publisher(queue.address)
    yield made
    made.close()


def test_what_is_published_is_there_when_publish_returns_and_keeps_its_order_by_key(
    queue: Broker, publisher: Publisher
) -> None:
    publisher.publish([Message(EVENTS, b"k%d" % (n % 20), b"%d" % n) for n in range(500)])

    values, partitions = defaultdict(list), defaultdict(set)
    for record in published(queue.address, EVENTS):
        values[record.key].append(record.value)
        partitions[record.key].add(record.partition)
    assert values == {b"k%d" % k: [b"%d" % n for n in range(500) if n % 20 == k] for k in range(20)}
    assert all(len(found) == 1 for found in partitions.values())
    assert set.union(*partitions.values()) == {0, 1, 2, 3}


def test_a_dead_broker_is_unavailable_within_the_timeout_and_closing_ends(tmp_path: Path) -> None:
    with broker_of_own(tmp_path) as own:
        publisher = Publisher(own.address)
        publisher.publish([Message(EVENTS, b"k", b"before")])
        own.kill()
        with stalls(tmp_path) as machine:
            started = monotonic()
            with pytest.raises(Unavailable):
                publisher.publish([Message(EVENTS, b"k", b"after")], timeout=1)
            assert monotonic() - started < 2 + machine.worst

        publisher.close()
        assert monotonic() - started < 12


def test_closing_gives_up_in_time_what_a_broker_that_fell_silent_was_sent(queue: Broker) -> None:
    publisher = Publisher(queue.address, block_timeout=5.0)
    # The broker is known, and hasn't yet said as whom it knows us.
    publisher._producer.partitions_for(EVENTS)
    with queue.paused():
        sent = publisher.send([Message(EVENTS, b"k", b"unheard")])
        started = monotonic()
        publisher.close(1.0)
        assert monotonic() - started < 6
    assert [future.succeeded() for future in sent] == [False]


def test_a_publisher_goes_on_when_its_broker_is_back(tmp_path: Path) -> None:
    with broker_of_own(tmp_path) as own, closing(Publisher(own.address)) as publisher:
        publisher.publish([Message(EVENTS, b"k", b"before")])
        own.kill()
        own.start()

        def accepted() -> bool:
            try:
                publisher.publish([Message(EVENTS, b"k", b"after")], timeout=5)
            except Unavailable:
                return False
            return True

        until(accepted, 30, "the new broker to take a message")

        found = {record.value for record in published(own.address, EVENTS)}
        assert found == ({b"before", b"after"} if own.keeps else {b"after"})


class _Cluster(ClusterMetadata):  # type: ignore[misc]
    """What a client knows of a cluster that has one topic, `t`."""

    def __init__(self, partitions: int) -> None:
        super().__init__()
        self._partitions = {"t": dict.fromkeys(range(partitions))}

    def available_partitions_for_topic(self, topic: str) -> set[int]:
        return set(self._partitions[topic])


@given(st.binary(), st.integers(1, 64))
def test_equal_keys_go_where_the_default_partitioner_puts_them(key: bytes, partitions: int) -> None:
    cluster = _Cluster(partitions)

    for _ in range(2):
        chosen = RememberingPartitioner().partition("t", None, key, None, b"", cluster)
        assert chosen == DefaultPartitioner().partition("t", None, key, None, b"", cluster)


@pytest.mark.parametrize(
    ("key", "java"),
    [
        (b"21", -973932308),
        (b"foobar", -790332482),
        (b"a-little-bit-long-string", -985981536),
        (b"a-little-bit-longer-string", -1486304829),
        (b"abc", 479470107),
    ],
)
def test_the_hash_is_that_of_kafkas_java_client(key: bytes, java: int) -> None:
    """Tickets stay where they are, whoever publishes: another hash would tear their events apart."""
    assert hash_of(key) == java & 0x7FFFFFFF
