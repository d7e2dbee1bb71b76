"""The embedded stack."""

from pathlib import Path

from kafka import KafkaConsumer
from pymongo import MongoClient

from events.topics import EVENTS, TOPICS
from harness import services
from local import ports
from local import stack as stacks
from local.stack import Stack
from streams.publisher import Message, Publisher


def test_what_mongodb_held_is_found_again_after_a_restart_on_another_port(tmp_path: Path) -> None:
    for expected in (0, 1):
        port = ports.free_port()
        env = {"KAFKA_BOOTSTRAP_SERVERS": "not-started:1"}
        with (
            stacks.running(tmp_path, env, mongo_port=port, kafka_port=0) as stack,
            MongoClient[dict[str, object]](stack.mongo) as client,
        ):
            collection = client["kept"]["things"]
            assert collection.count_documents({}) == expected
            with client.start_session() as session, session.start_transaction():
                collection.insert_one({}, session=session)


def test_addresses_in_the_environment_win(tmp_path: Path) -> None:
    env = {"MONGODB_URI": "mongodb://elsewhere", "KAFKA_BOOTSTRAP_SERVERS": "elsewhere:9092"}

    with stacks.running(tmp_path, env, mongo_port=0, kafka_port=0) as stack:
        assert stack == Stack(kafka="elsewhere:9092", mongo="mongodb://elsewhere", children=())


def test_a_broker_of_a_tests_own_keeps_every_topic_in_four_partitions(broker: Stack) -> None:
    publisher = Publisher(broker.kafka)
    publisher.publish([Message(EVENTS, b"k", b"v")])
    publisher.close()

    consumer = KafkaConsumer(EVENTS, bootstrap_servers=broker.kafka, auto_offset_reset="earliest")
    try:
        found = {topic.name: len(consumer.partitions_for_topic(topic.name) or ()) for topic in TOPICS}
        assert found == {topic.name: 4 for topic in TOPICS}
    finally:
        consumer.close()


def test_a_service_environment_carries_the_addresses(stack: Stack, database: str) -> None:
    env = services.environment(stack, database, EXTRA="1")

    assert (env["MONGODB_URI"], env["MONGODB_DATABASE"], env["EXTRA"]) == (stack.mongo, database, "1")
