"""Topics are made once, and a topic made anew is told from the old one."""

from pathlib import Path

from kafka import KafkaConsumer

from events.topics import EVENTS, TOPICS, Topic
from harness.parts import broker_of_own
from streams.topics import ensure_topics, topic_id


def partitions(bootstrap: str, topic: str) -> int:
    consumer = KafkaConsumer(bootstrap_servers=bootstrap)
    try:
        return len(consumer.partitions_for_topic(topic) or ())
    finally:
        consumer.close()


def test_topics_are_made_once_and_stay_as_they_are(tmp_path: Path) -> None:
    with broker_of_own(tmp_path) as own:
        before = topic_id(own.address, EVENTS)

        ensure_topics(own.address, [*TOPICS, Topic("helpdesk.more", {})], partitions=7)

        assert topic_id(own.address, EVENTS) == before
        assert partitions(own.address, EVENTS) == 4
        assert partitions(own.address, "helpdesk.more") == 7


def test_a_topic_made_anew_has_another_id(tmp_path: Path) -> None:
    with broker_of_own(tmp_path) as own:
        before = topic_id(own.address, EVENTS)
        own.kill()
        own.start_empty()

        assert topic_id(own.address, EVENTS) != before
