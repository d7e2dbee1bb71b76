"""An output topic that was made anew gets everything again, on the real broker and the real MongoDB."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from events.topics import EVENTS, TICKETS
from faults.check import published
from harness.parts import broker_of_own
from harness.recorder import Reader, Recorder
from local.stack import Stack
from runtime.stop import Stop
from streams.positions import HELD
from streams.topics import topic_id

MakeReader = Callable[..., Reader]
KNOWN = {0: [["a", "b"], ["c"]], 2: [["d"]]}


@pytest.fixture(autouse=True)
def known(recorder: Recorder) -> None:
    """What the handler has to say: something of two of the four partitions."""
    recorder.known = {**KNOWN}


def said(bootstrap: str) -> list[str]:
    return sorted(record.key.decode() for record in published(bootstrap, TICKETS) if record.value == b"known")


def output_ids(reader: Reader) -> set[str]:
    found = [reader.positions.load(EVENTS, number) for number in range(4)]
    return {position.output_id for position in found if position is not None}


def test_everything_is_said_once_on_a_topic_that_has_not_got_it(
    broker: Stack, reader: MakeReader, recorder: Recorder
) -> None:
    first = reader(broker.kafka, "first", output=TICKETS).adopt()
    second = reader(broker.kafka, "second", output=TICKETS).adopt()

    assert said(broker.kafka) == ["a", "b", "c", "d"]
    assert sorted(recorder.asked) == [0, 1, 2, 3]
    assert output_ids(first) == output_ids(second) == {topic_id(broker.kafka, TICKETS)}


def test_a_handler_without_an_output_topic_is_never_asked(
    broker: Stack, reader: MakeReader, recorder: Recorder
) -> None:
    one = reader(broker.kafka).adopt()

    assert recorder.asked == []
    assert output_ids(one) == {""}


def test_a_consumer_that_lives_on_says_everything_again_when_its_output_topic_is_made_anew(
    tmp_path: Path, reader: MakeReader, recorder: Recorder
) -> None:
    with broker_of_own(tmp_path) as own:
        one = reader(own.address, output=TICKETS).adopt()
        before = output_ids(one)
        recorder.known[3] = [["e"]]

        own.kill()
        own.start_empty()
        now = {topic_id(own.address, TICKETS)}
        one.turn_until(lambda: output_ids(one) == now, "everything to be published anew", 60)

        assert before != now
        assert said(own.address) == ["a", "b", "c", "d", "e"]
        one.close()


def test_who_is_told_to_stop_amid_saying_everything_leaves_it_to_the_next_owner(
    broker: Stack, reader: MakeReader, recorder: Recorder
) -> None:
    stop = Stop()
    recorder.known = {number: [[f"{number}{part}"] for part in "abc"] for number in range(4)}
    one = reader(broker.kafka, "one", output=TICKETS)
    # It is asked to stop once the first portion of the last partition is out, and ends after the second.
    recorder.between = lambda: stop.set() if len(recorder.asked) == 4 else None

    one.consumer.run(stop)

    assert len(said(broker.kafka)) == 11
    assert output_ids(one) == {"", topic_id(broker.kafka, TICKETS)}
    recorder.between = lambda: None
    reader(broker.kafka, "two", output=TICKETS).adopt()
    assert set(said(broker.kafka)) == {f"{number}{part}" for number in range(4) for part in "abc"}


def test_the_process_is_seen_to_turn_while_it_says_everything(
    broker: Stack, reader: MakeReader, recorder: Recorder
) -> None:
    one = reader(broker.kafka, output=TICKETS)
    turns: list[float] = []
    recorder.known = {1: [[str(number)] for number in range(5)]}
    recorder.between = lambda: turns.append(one.consumer.last_turn)

    one.adopt()

    assert len(turns) == 5
    assert turns == sorted(set(turns))


def test_what_is_published_meanwhile_is_read_afterwards(
    broker: Stack, reader: MakeReader, recorder: Recorder, publish: Callable[[str, str, list[str]], None]
) -> None:
    values = [f"v{number}" for number in range(100)]
    recorder.between = lambda: publish(broker.kafka, EVENTS, values) if recorder.asked[1:] else None
    recorder.known = {number: [[str(number)]] for number in range(2)}

    one = reader(broker.kafka, output=TICKETS)
    one.turn_until(lambda: set(values) <= set(recorder.effects()), "all effects")

    assert set(recorder.effects()) == set(values)
    assert (
        sum(p.offset for n in range(4) if (p := one.positions.load(EVENTS, n))) == recorder.effects().total()
    )


def test_nothing_is_said_from_a_position_that_is_held(
    broker: Stack, reader: MakeReader, recorder: Recorder, mongo: MongoClient[dict[str, Any]], database: str
) -> None:
    reader(broker.kafka, "before").adopt()
    positions = mongo[database]["positions"]
    positions.update_many({}, {"$set": {HELD: True}})
    one = reader(broker.kafka, output=TICKETS)

    one.turn_until(lambda: one.sample("helpdesk_batch_retries_total", cause="Fenced") > 0, "it to be fenced")
    assert (recorder.asked, said(broker.kafka)) == ([], [])

    positions.update_many({}, {"$unset": {HELD: ""}})
    one.adopt()
    assert said(broker.kafka) == ["a", "b", "c", "d"]
