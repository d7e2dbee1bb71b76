"""The exactly-once consumer with a small handler, on the real broker and the real MongoDB."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from time import monotonic

import pytest
from msgspec.structs import replace
from pymongo.errors import AutoReconnect

from events.topics import EVENTS, TICKETS
from faults.check import published
from harness.parts import broker_of_own
from harness.recorder import Reader, Recorder
from harness.wait import until
from local.stack import Stack
from runtime.stop import Stop
from streams.positions import Position
from streams.publisher import Unavailable
from streams.topics import topic_id

MakeReader = Callable[..., Reader]
Publish = Callable[[str, str, list[str]], None]


def values(first: int, last: int) -> list[str]:
    return [f"v{number}" for number in range(first, last)]


def once(*expected: list[str]) -> Counter[str]:
    return Counter(value for some in expected for value in some)


def positions(reader: Reader) -> list[Position]:
    return [found for number in range(4) if (found := reader.positions.load(EVENTS, number))]


def said(bootstrap: str, word: bytes) -> set[str]:
    """What was published with `word` as its value."""
    return {record.key.decode() for record in published(bootstrap, TICKETS) if record.value == word}


def test_each_record_takes_effect_once_however_often_its_batch_fails(
    broker: Stack, reader: MakeReader, recorder: Recorder, publish: Publish
) -> None:
    recorder.failures = [AutoReconnect("lost"), Unavailable("full"), AutoReconnect("lost again")]
    publish(broker.kafka, EVENTS, values(0, 100))
    one = reader(broker.kafka)
    assert not one.consumer.assigned()

    one.turn_until(lambda: recorder.effects().total() >= 100, "all effects")

    assert recorder.effects() == once(values(0, 100))
    assert recorder.failures == []
    assert one.sample("helpdesk_batch_retries_total", cause="AutoReconnect") == 2
    assert one.sample("helpdesk_batch_retries_total", cause="Unavailable") == 1
    assert one.sample("helpdesk_events_handled_total") == 100
    assert sum(position.offset for position in positions(one)) == 100
    until(lambda: said(broker.kafka, b"said") == set(values(0, 100)), 20, "what follows to be published")


def test_what_a_dead_owner_left_pending_is_published_on_adoption(
    broker: Stack, reader: MakeReader, recorder: Recorder, publish: Publish
) -> None:
    one = reader(broker.kafka)
    publish(broker.kafka, EVENTS, values(0, 10))
    left = Position(
        topic=EVENTS, partition=0, topic_id=topic_id(broker.kafka, EVENTS), offset=0, pending=["a", "b"]
    )
    one.positions.start(left)
    one.positions.start(replace(left, partition=3, pending=["c"]))

    one.adopt()

    assert said(broker.kafka, b"said again") == {"a", "b", "c"}
    one.turn_until(lambda: recorder.effects() == once(values(0, 10)), "all effects")


def test_a_topic_made_anew_is_read_from_its_beginning_by_a_consumer_that_lives_on(
    tmp_path: Path, reader: MakeReader, recorder: Recorder, publish: Publish
) -> None:
    with broker_of_own(tmp_path) as own:
        publish(own.address, EVENTS, values(0, 50))
        one = reader(own.address)
        one.turn_until(lambda: recorder.effects().total() >= 50, "the effects of the first broker")
        before = {position.topic_id for position in positions(one)}

        own.kill()
        own.start_empty()
        publish(own.address, EVENTS, values(50, 70))
        one.turn_until(lambda: recorder.effects().total() >= 70, "the effects of the second broker", 60)

        assert recorder.effects() == once(values(0, 70))
        assert {position.topic_id for position in positions(one)} == {topic_id(own.address, EVENTS)} != before
        assert sum(position.offset for position in positions(one)) == 20
        one.close()


def test_a_position_that_the_log_has_overtaken_is_said_loudly_and_counted_and_reading_goes_on(
    broker: Stack,
    reader: MakeReader,
    recorder: Recorder,
    publish: Publish,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The embedded broker deletes nothing, so that its logs begin at 0: the position is put before that."""
    publish(broker.kafka, EVENTS, values(0, 30))
    one = reader(broker.kafka)
    lost = Position(
        topic=EVENTS, partition=1, topic_id=topic_id(broker.kafka, EVENTS), offset=-7, pending=["a"], newest=9
    )
    one.positions.start(lost)

    one.turn_until(lambda: recorder.effects().total() >= 30, "all effects")

    assert recorder.effects() == once(values(0, 30))
    assert one.sample("helpdesk_log_gaps_total", topic=EVENTS, partition="1") == 1
    assert one.sample("helpdesk_log_gaps_total", topic=EVENTS, partition="0") == 0
    assert "messages are gone from the topic that were never read" in capsys.readouterr().out
    assert said(broker.kafka, b"said again") == {"a"}


def test_a_zombie_that_believes_to_own_the_partitions_changes_nothing(
    broker: Stack, reader: MakeReader, recorder: Recorder, publish: Publish
) -> None:
    zombie = reader(broker.kafka, "zombie").adopt()
    owner = reader(broker.kafka, "owner").adopt()
    publish(broker.kafka, EVENTS, values(0, 60))
    owner.turn_until(lambda: recorder.effects().total() >= 60, "the owner's effects")
    reached = [replace(position, pending=[]) for position in positions(owner)]

    zombie.turn_until(
        lambda: zombie.sample("helpdesk_batch_retries_total", cause="Fenced") > 0, "the zombie to be fenced"
    )

    assert recorder.effects() == once(values(0, 60))
    assert zombie.sample("helpdesk_events_handled_total") == 0
    assert [replace(position, pending=[]) for position in positions(owner)] == reached
    publish(broker.kafka, EVENTS, values(60, 90))
    zombie.turn_until(lambda: recorder.effects().total() >= 90, "the zombie to go on from the store")
    assert recorder.effects() == once(values(0, 90))


def test_a_consumer_told_to_stop_leaves_within_ten_seconds_with_its_positions_stored(
    broker: Stack, reader: MakeReader, recorder: Recorder, publish: Publish
) -> None:
    one, stop = reader(broker.kafka).adopt(), Stop()
    publish(broker.kafka, EVENTS, values(0, 200))
    loop = Thread(target=one.consumer.run, args=(stop,))

    loop.start()
    until(recorder.effects, 20, "a first effect")
    asked = monotonic()
    stop.set()
    loop.join(10)

    assert not loop.is_alive(), f"still running {monotonic() - asked} s after it was told to stop"
    assert sum(position.offset for position in positions(one)) == recorder.effects().total()
    assert set(recorder.effects()) <= said(broker.kafka, b"said")
