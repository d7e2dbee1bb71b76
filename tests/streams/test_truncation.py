"""A topic whose beginning or end is gone: said loudly, counted, and all that is still there is read."""

from collections import Counter
from collections.abc import Callable, Iterable

import pytest
from kafka import KafkaAdminClient, TopicPartition

from events.topics import EVENTS
from faults.check import published
from harness.recorder import Reader, Recorder
from local.stack import Stack
from streams.partitioner import hash_of
from streams.positions import Position
from streams.topics import topic_id

pytestmark = pytest.mark.apache

MakeReader = Callable[..., Reader]
Publish = Callable[[str, str, list[str]], None]
PARTITIONS = range(4)
SAID = "messages are gone from the topic that were never read"


def values(first: int, end: int) -> list[str]:
    return [f"v{number}" for number in range(first, end)]


def truncate(bootstrap: str) -> set[str]:
    """Have the broker forget all but the last three messages of each partition; gives what is left."""
    messages = published(bootstrap, EVENTS)
    ends = Counter(message.partition for message in messages)
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        firsts = {TopicPartition(EVENTS, number): ends[number] - 3 for number in PARTITIONS}
        admin.delete_records(firsts)
    finally:
        admin.close()
    return {record.value.decode() for record in published(bootstrap, EVENTS)}


def gaps(reader: Reader) -> list[float]:
    return [reader.sample("helpdesk_log_gaps_total", topic=EVENTS, partition=f"{n}") for n in PARTITIONS]


def once(names: Iterable[str]) -> Counter[str]:
    return Counter(dict.fromkeys(names, 1))


def test_what_went_while_nobody_read_is_missed_loudly(
    broker: Stack,
    reader: MakeReader,
    recorder: Recorder,
    publish: Publish,
    capsys: pytest.CaptureFixture[str],
) -> None:
    publish(broker.kafka, EVENTS, values(0, 40))
    first = reader(broker.kafka)
    first.turn_until(lambda: recorder.effects().total() == 40, "the first effects")
    first.close()
    publish(broker.kafka, EVENTS, values(40, 120))
    left = truncate(broker.kafka)

    second = reader(broker.kafka)
    second.turn_until(lambda: recorder.effects().total() >= 52, "the effects of what is left")

    assert len(left) == 12
    assert recorder.effects() == once(values(0, 40)) + once(left)
    assert gaps(second) == [1, 1, 1, 1]
    assert capsys.readouterr().out.count(SAID) == 4


@pytest.mark.parametrize("before", [40, 0], ids=["a reader amid its work", "a reader that has read nothing"])
def test_what_went_from_under_a_reader_is_missed_loudly(
    before: int,
    broker: Stack,
    reader: MakeReader,
    recorder: Recorder,
    publish: Publish,
    capsys: pytest.CaptureFixture[str],
) -> None:
    one = reader(broker.kafka).adopt()
    publish(broker.kafka, EVENTS, values(0, before))
    one.turn_until(lambda: recorder.effects().total() == before, "the first effects")
    publish(broker.kafka, EVENTS, values(before, 400))
    left = truncate(broker.kafka)

    one.turn_until(lambda: left <= set(recorder.effects()), "the effects of what is left")

    effects = recorder.effects()
    assert set(effects.values()) == {1}
    lost = {hash_of(name.encode()) % 4 for name in values(0, 400) if name not in effects}
    assert [gap > 0 for gap in gaps(one)] == [number in lost for number in PARTITIONS]
    assert (SAID in capsys.readouterr().out) == bool(lost)


def test_a_log_that_lost_its_end_is_read_from_its_beginning_loudly(
    broker: Stack,
    reader: MakeReader,
    recorder: Recorder,
    publish: Publish,
    capsys: pytest.CaptureFixture[str],
) -> None:
    publish(broker.kafka, EVENTS, values(0, 40))
    one = reader(broker.kafka)
    one.positions.start(
        Position(topic=EVENTS, partition=2, topic_id=topic_id(broker.kafka, EVENTS), offset=1000)
    )

    one.turn_until(lambda: recorder.effects().total() >= 40, "all effects")

    assert recorder.effects() == once(values(0, 40))
    assert gaps(one) == [0, 0, 1, 0]
    assert capsys.readouterr().out.count(SAID) == 1
