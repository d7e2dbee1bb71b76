"""Kafka for a command: a publisher once the topics exist, or a sentence that says what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from kafka.errors import KafkaError

from events.topics import EVENTS, TOPICS
from ingest.settings import Settings
from streams.publisher import Publisher
from streams.topics import ensure_topics, topic_id


@contextmanager
def publishing(settings: Settings) -> Iterator[Publisher]:
    """A publisher whose topics exist. Raises click.ClickException where Kafka is away."""
    with _reaching(settings.kafka):
        ensure_topics(settings.kafka, TOPICS, partitions=settings.partitions)
        publisher = Publisher(settings.kafka)
    try:
        yield publisher
    finally:
        publisher.close()


def events_topic(settings: Settings) -> str:
    """The id of `helpdesk.events`, see streams.topics. Raises click.ClickException where Kafka is away."""
    with _reaching(settings.kafka):
        return topic_id(settings.kafka, EVENTS)


@contextmanager
def _reaching(kafka: str) -> Iterator[None]:
    try:
        yield
    except KafkaError as error:
        raise click.ClickException(
            f"Kafka doesn't answer at {kafka} ({error}); KAFKA_BOOTSTRAP_SERVERS says where it is"
        ) from None
