"""What a reader leaves open in the store when it dies holds nobody up."""

from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.read_concern import ReadConcern

from events.topics import EVENTS
from harness.recorder import Reader, Recorder
from local.stack import Stack

MakeReader = Callable[..., Reader]
Publish = Callable[[str, str, list[str]], None]
HELD_FOR = 60.0
"""Seconds after which MongoDB itself gives up a transaction that nobody goes on with."""


@pytest.mark.parametrize("named_by", [range(4), [0], [3]], ids=["all", "the first", "the last"])
def test_the_next_reader_ends_what_the_one_before_left_open(
    named_by: Sequence[int],
    broker: Stack,
    reader: MakeReader,
    recorder: Recorder,
    publish: Publish,
    mongo: MongoClient[dict[str, Any]],
    database: str,
) -> None:
    values = [f"v{number}" for number in range(40)]
    reader(broker.kafka).adopt().close()
    positions = mongo[database]["positions"]
    # As one that dies after it has moved its positions and before it commits.
    with mongo.start_session() as dead, dead.start_transaction(ReadConcern("snapshot")):
        left = {"$set": {"session": bytes(dead.session_id["id"]).hex()}}
        positions.update_many({"partition": {"$in": [*named_by]}}, left)
        positions.update_many({}, {"$inc": {"offset": 1}}, session=dead)
        publish(broker.kafka, EVENTS, values)
        began = monotonic()

        reader(broker.kafka).turn_until(lambda: recorder.effects().total() >= 40, "all effects")

        assert monotonic() - began < HELD_FOR / 2
        dead.abort_transaction()
    assert set(recorder.effects().values()) == {1}
    assert {d["offset"] for d in positions.find()} != {0}
