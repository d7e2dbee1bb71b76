"""What a worker says again of partitions that it has lost, on the real broker."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from kafka import TopicPartition

from events.topics import EVENTS, TICKETS
from faults.check import published
from harness.recorder import Recorder
from local.stack import Stack
from streams.last_words import LastWords
from streams.publisher import Message, Publisher

MINE, LOST = TopicPartition(EVENTS, 0), TopicPartition(EVENTS, 1)


@dataclass
class Facts(Recorder):
    """A handler that says what it holds of a name; `changes` happen one by one right after it has looked."""

    held: dict[str, bytes]
    changes: list[dict[str, bytes]] = field(default_factory=list)

    def republish(self, pending: object) -> list[Message]:
        assert isinstance(pending, list)
        found = [Message(TICKETS, name.encode(), self.held[name]) for name in pending]
        if self.changes:
            self.held |= self.changes.pop(0)
        return found


@pytest.fixture
def publisher(broker: Stack) -> Iterator[Publisher]:
    made = Publisher(broker.kafka)
    yield made
    made.close()


def said(broker: Stack) -> list[tuple[bytes, bytes]]:
    return sorted((record.key, record.value) for record in published(broker.kafka, TICKETS))


def test_of_a_lost_partition_the_newest_is_said_again_once(broker: Stack, publisher: Publisher) -> None:
    words = LastWords(Facts({"a": b"2", "b": b"1", "c": b"1"}), publisher)
    words.add(LOST, ["a"])
    words.add(LOST, ["b"])
    words.renew(MINE, ["c"])

    for _ in range(3):
        words.repeat([MINE])

    assert said(broker) == [(b"a", b"2"), (b"b", b"1")]


def test_what_changes_meanwhile_is_said_again_until_it_stays(broker: Stack, publisher: Publisher) -> None:
    facts = Facts({"a": b"1", "b": b"1"}, changes=[{"a": b"2"}, {"a": b"3"}])
    words = LastWords(facts, publisher)
    words.renew(LOST, ["a", "b"])

    for _ in range(5):
        words.repeat([])

    assert said(broker) == [(b"a", b"1"), (b"a", b"2"), (b"a", b"3"), (b"b", b"1")]


def test_what_was_in_time_is_not_said_again(broker: Stack, publisher: Publisher) -> None:
    words = LastWords(Facts({"a": b"1", "b": b"1"}), publisher)
    words.add(LOST, ["a"])
    words.renew(LOST, ["b"])

    words.repeat([])

    assert said(broker) == [(b"b", b"1")]


def test_what_came_to_another_partition_is_said_again_until_it_stays(
    broker: Stack, publisher: Publisher
) -> None:
    facts = Facts({"a": b"2", "b": b"1"}, changes=[{"a": b"3"}])
    facts.moved = {"a": LOST.partition}
    words = LastWords(facts, publisher)
    words.renew(MINE, ["a", "b"])
    words.check(MINE)

    for _ in range(4):
        words.repeat([MINE])

    assert said(broker) == [(b"a", b"2"), (b"a", b"3")]
