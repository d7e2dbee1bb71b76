"""Positions move only from where their reader believes them to be."""

from dataclasses import dataclass
from typing import Any

import pytest
from msgspec.structs import replace
from pymongo import MongoClient

from streams.positions import HELD, Fenced, Position, Positions

Mongo = MongoClient[dict[str, Any]]
START = Position(topic="helpdesk.events", partition=2, topic_id="t1", offset=10, pending=["a"], newest=5)


@pytest.fixture
def positions(mongo: Mongo, database: str) -> Positions:
    return Positions(mongo[database], "metrics")


def load(positions: Positions) -> Position | None:
    return positions.load("helpdesk.events", 2)


def test_there_is_no_position_before_the_first(positions: Positions) -> None:
    assert load(positions) is None
    assert positions.newest() is None


def test_a_position_is_loaded_as_it_was_stored(positions: Positions) -> None:
    positions.start(START)

    assert load(positions) == START
    assert positions.load("helpdesk.events", 1) is None
    assert positions.load("helpdesk.feedback", 2) is None


def test_of_two_that_start_a_partition_one_is_fenced(positions: Positions) -> None:
    positions.start(START)

    with pytest.raises(Fenced, match="started by another"):
        positions.start(replace(START, offset=99))
    assert load(positions) == START


def test_a_position_moves_from_where_it_is_expected(positions: Positions) -> None:
    moved = replace(START, offset=20, pending=["b"], newest=7)
    positions.start(START)

    positions.move(START, moved)

    assert load(positions) == moved


@pytest.mark.parametrize(
    "stale",
    [
        replace(START, offset=9),
        replace(START, topic_id="t0"),
        replace(START, elapsed=1),
        replace(START, session="theirs"),
    ],
    ids=["offset", "topic", "passing of time", "reader"],
)
def test_a_position_does_not_move_from_anywhere_else(stale: Position, positions: Positions) -> None:
    positions.start(START)

    with pytest.raises(Fenced):
        positions.move(stale, replace(stale, offset=20))
    assert load(positions) == START


def test_a_position_of_an_older_version_moves(positions: Positions, mongo: Mongo, database: str) -> None:
    positions.start(START)
    mongo[database]["positions"].update_many({}, {"$unset": {"elapsed": "", "session": ""}})

    moved = replace(START, offset=20, session="mine")
    positions.move(START, moved)

    assert load(positions) == moved


def test_a_position_that_was_never_started_does_not_move(positions: Positions) -> None:
    with pytest.raises(Fenced):
        positions.move(START, replace(START, offset=20))
    assert load(positions) is None


def test_of_two_readers_that_move_at_once_one_is_fenced(positions: Positions) -> None:
    positions.start(START)
    moved = replace(START, offset=20)

    positions.move(START, moved)
    with pytest.raises(Fenced):
        positions.move(START, replace(START, offset=15))

    assert load(positions) == moved


def test_a_fenced_transaction_changes_nothing(positions: Positions, mongo: Mongo, database: str) -> None:
    positions.start(START)
    positions.move(START, replace(START, offset=20))

    def transact() -> None:
        with mongo.start_session() as session, session.start_transaction():
            mongo[database]["effects"].insert_one({}, session=session)
            positions.move(START, replace(START, offset=15), session)

    with pytest.raises(Fenced):
        transact()
    assert mongo[database]["effects"].count_documents({}) == 0


def test_a_held_position_moves_for_nobody_and_goes_on_afterwards(
    positions: Positions, mongo: Mongo, database: str
) -> None:
    positions.start(START)
    moved = replace(START, offset=20)

    mongo[database]["positions"].update_many({}, {"$set": {HELD: True}})
    with pytest.raises(Fenced):
        positions.move(START, moved)
    assert load(positions) == START

    mongo[database]["positions"].update_many({}, {"$unset": {HELD: ""}})
    positions.move(START, moved)
    assert load(positions) == moved


@dataclass(frozen=True)
class Seen:
    group: str
    partition: int
    newest: int | None


def test_the_newest_event_of_a_group_is_that_of_all_its_partitions(mongo: Mongo, database: str) -> None:
    for seen in (
        Seen("metrics", 0, 3),
        Seen("metrics", 1, 8),
        Seen("metrics", 2, None),
        Seen("metrics2", 0, 99),
        Seen("feedback", 0, 77),
    ):
        Positions(mongo[database], seen.group).start(
            replace(START, partition=seen.partition, newest=seen.newest)
        )

    assert Positions(mongo[database], "metrics").newest() == 8
