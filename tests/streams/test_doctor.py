"""What the doctor commands look at in Kafka and MongoDB."""

import uuid
from collections.abc import Mapping
from typing import Any

import pytest
from pymongo import ASCENDING, MongoClient

from events.topics import Topic
from local import ports
from local.stack import Stack
from runtime.doctor import Finding
from streams.doctor import broker as cluster_of
from streams.doctor import database as mongodb
from streams.doctor import indexes, positions, topics
from streams.doctor.positions import Log, Stored
from streams.doctor.topics import Place, Seen
from streams.positions import Position
from streams.topics import ensure_topics

TOPIC = Topic("helpdesk.events", {"retention.ms": "-1"})
HEALTHY = Place(1, [1, 2, 3], [1, 2, 3])
SETTINGS = {"retention.ms": "-1", "cleanup.policy": "delete", "min.insync.replicas": "2"}
LOG = Log("x", {0: 0, 1: 0}, {0: 100, 1: 50})


def kept(*places: Place, nodes: int = 3, **settings: str) -> Seen:
    told = dict(enumerate(places))
    changed = {name.replace("_", "."): value for name, value in settings.items()}
    return Seen(dict.fromkeys(range(1, nodes + 1), told), SETTINGS | changed)


def at(partition: int, offset: int, topic_id: str = "x", *, held: bool = False) -> Stored:
    position = Position(topic="helpdesk.events", partition=partition, topic_id=topic_id, offset=offset)
    return Stored(position, held)


def states(found: Any) -> list[str]:
    return [one.state for one in found]


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (kept(HEALTHY, HEALTHY), []),
        (kept(HEALTHY), ["has 1 partitions, KAFKA_PARTITIONS is 2"]),
        (kept(HEALTHY, HEALTHY, retention_ms="604800000"), ["retention.ms is 604800000 instead of -1"]),
        (kept(HEALTHY, HEALTHY, cleanup_policy="compact"), ["cleanup.policy is compact instead of delete"]),
        (kept(HEALTHY, Place(-1, [1, 2, 3], [1, 2, 3])), ["nobody leads partitions 1"]),
        (kept(HEALTHY, Place(1, [1, 2, 3], [1, 2])), ["replicas of partitions 1 are behind"]),
        (kept(*[Place(1, [1], [1])] * 2), ["is kept 1 times on 3 brokers"]),
        (kept(*[Place(1, [1], [1])] * 2, nodes=1), []),
        (kept(HEALTHY, HEALTHY, min_insync_replicas="1"), ["min.insync.replicas is 1"]),
        (Seen({1: {0: HEALTHY, 1: HEALTHY}, 2: {0: HEALTHY}}, SETTINGS), ["tell different partitions"]),
    ],
)
def test_a_topic_is_judged_by_what_it_should_be(seen: Seen, words: list[str]) -> None:
    found = list(topics.judge(TOPIC, seen, 2))

    assert len(found) >= len(words)
    assert bool(found) == bool(words)
    for word in words:
        assert any(word in one.found and one.advice for one in found)


def test_topics_that_are_missing_or_kept_otherwise_are_told(stack: Stack) -> None:
    tag = uuid.uuid4().hex[:8]
    short = Topic(f"short-{tag}", {"retention.ms": "3600000"})
    ensure_topics(stack.kafka, [short], partitions=2)

    def found(*wanted: Topic) -> list[Finding]:
        return [one for one in topics.topics(stack.kafka, wanted, 2) if "min.insync" not in one.found]

    (well,) = found(short)
    missing, wrong = found(Topic(short.name, {"retention.ms": "-1"}), Topic(f"none-{tag}", {}))

    assert (well.state, well.found) == (
        "ok",
        "1 topics, 2 partitions each, replicas 1, kept as they should be",
    )
    assert (missing.state, missing.found) == ("warn", f"none-{tag} not there")
    assert (wrong.state, wrong.found) == ("FAIL", f"short-{tag}: retention.ms is 3600000 instead of -1")
    assert f"--entity-name short-{tag} --add-config retention.ms=-1" in wrong.advice


def test_the_cluster_says_who_it_is(stack: Stack) -> None:
    (found,) = cluster_of.cluster(stack.kafka)

    assert found.state == "ok"
    assert stack.kafka in found.found
    assert "speaks Kafka" in found.found


def test_mongodb_says_who_it_is_and_takes_a_transaction_that_leaves_nothing(
    stack: Stack, database: str, mongo: MongoClient[dict[str, Any]]
) -> None:
    assert states(mongodb.server(stack.mongo)) == ["ok"]
    assert states(mongodb.clock(stack.mongo)) == ["ok"]
    assert states(mongodb.writes(stack.mongo, database)) == ["warn"]
    assert database not in mongo.list_database_names()

    mongo[database].create_collection("positions")

    assert states(mongodb.writes(stack.mongo, database)) == ["ok"]
    assert mongo[database]["positions"].count_documents({}) == 0


def test_an_address_where_no_mongodb_is_fails_in_time() -> None:
    found = list(mongodb.server(f"mongodb://me:p4ssw0rd@127.0.0.1:{ports.free_port()}/?replicaSet=rs0"))

    assert states(found) == ["FAIL"]
    assert "p4ssw0rd" not in repr(found)


def prepare(to: Any) -> None:
    """As services do."""
    to["tickets"].create_index("partition")
    to["tickets"].create_index(
        [("urgency", ASCENDING), ("_id", ASCENDING)],
        partialFilterExpression={"urgency": {"$gt": 0}},
        name="urgency",
    )
    to["letters"].create_index("ended_at", expireAfterSeconds=60, name="ended")


def test_the_indexes_that_are_looked_for_are_those_that_the_service_makes(
    stack: Stack, database: str, mongo: MongoClient[dict[str, Any]]
) -> None:
    def found() -> list[tuple[str, str]]:
        return [(one.state, one.found) for one in indexes.indexes(stack.mongo, database, prepare)]

    assert [state for state, _ in found()] == ["warn"]
    prepare(mongo[database])
    assert found() == [("ok", f"all 3 are in database {database}")]

    mongo[database]["tickets"].drop_index("urgency")
    mongo[database]["letters"].drop_index("ended")
    mongo[database]["letters"].create_index("ended_at", name="ended")

    assert found() == [
        ("FAIL", "tickets.urgency is missing"),
        ("FAIL", "letters.ended is another index than it should be"),
    ]


@pytest.mark.parametrize(
    ("stored", "log", "expected"),
    [
        ([], LOG, [("warn", "has read nothing yet")]),
        ([at(0, 100), at(1, 45)], LOG, [("ok", "by partition 0: 0, 1: 5")]),
        ([at(0, 101), at(1, 50)], LOG, [("ok", "by partition 0: 0, 1: 0")]),
        ([at(0, 100)], LOG, [("ok", "by partition 0: 0, 1: 50")]),
        ([at(0, 100, held=True), at(1, 50)], LOG, [("FAIL", "holds partitions 0"), ("ok", "0: 0, 1: 0")]),
        ([at(0, 100, "old"), at(1, 50, "old")], LOG, [("warn", "made anew since partitions 0, 1")]),
        (
            [at(0, 3)],
            Log("x", {0: 10}, {0: 20}),
            [("FAIL", "7 messages of partition 0 are gone"), ("ok", "17")],
        ),
        ([at(0, 3)], Log("x", {0: 0}, {0: 20_000}), [("warn", "is behind")]),
    ],
)
def test_positions_are_judged_by_the_log_that_they_stand_in(
    stored: list[Stored], log: Log, expected: list[tuple[str, str]]
) -> None:
    found = list(positions.judge("metrics", stored, log, "wait"))

    assert len(found) == len(expected)
    for one, (state, words) in zip(found, expected, strict=True):
        assert one.state == state
        assert words in one.found


def test_positions_are_read_where_the_consumer_keeps_them(
    broker: Stack, database: str, mongo: MongoClient[dict[str, Any]]
) -> None:
    stored: Mapping[str, Any] = {
        "topic": "helpdesk.events",
        "partition": 0,
        "topic_id": "another",
        "offset": 3,
    }
    mongo[database]["positions"].insert_one({"_id": "metrics/helpdesk.events/0", "held": True, **stored})
    mongo[database]["positions"].insert_one({"_id": "metrics2/helpdesk.events/0", **stored})

    groups = {"metrics": "helpdesk.events"}
    held, strange = positions.positions(broker.mongo, database, broker.kafka, groups, "rebuild")

    assert (held.state, held.advice) == ("FAIL", "rebuild")
    assert "made anew since partitions 0 " in strange.found
