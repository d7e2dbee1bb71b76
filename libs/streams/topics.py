"""Making sure that the topics exist."""

from collections.abc import Iterable

from kafka import KafkaAdminClient
from kafka.errors import TopicAlreadyExistsError, for_code

from events.topics import Topic
from streams.clients import open_client


def ensure_topics(bootstrap: str, topics: Iterable[Topic], *, partitions: int) -> None:
    """Create those of `topics` that don't exist yet, and return once the brokers know them; existing ones
    stay as they are. Raises KafkaError.

    Each partition is kept as often as the brokers' own default.replication.factor says.
    """
    admin = _admin(bootstrap)
    try:
        existing = set(admin.list_topics())
        missing = [topic for topic in topics if topic.name not in existing]
        for topic in missing:
            _create(admin, topic, partitions)
        # The controller has made a topic a moment before the brokers tell of it.
        admin.wait_for_topics([topic.name for topic in missing])
    finally:
        admin.close()


def _admin(bootstrap: str) -> KafkaAdminClient:
    # Consumers ask amid their work: they don't stand still for as long as the default.
    return open_client(
        KafkaAdminClient,
        bootstrap_servers=bootstrap.split(","),
        request_timeout_ms=10_000,
        bootstrap_timeout_ms=10_000,
    )


def _create(admin: KafkaAdminClient, topic: Topic, partitions: int) -> None:
    try:
        admin.create_topics({topic.name: {"num_partitions": partitions, "configs": topic.config}})
    except TopicAlreadyExistsError:
        # Another process was quicker.
        return


def topic_id(bootstrap: str, topic: str) -> str:
    """The id of `topic`: another one once the topic has been made anew. Raises KafkaError."""
    admin = _admin(bootstrap)
    try:
        described = admin.describe_topics([topic])[0]
        if described["error_code"]:
            raise for_code(described["error_code"])(topic)
        return str(described["topic_id"])
    finally:
        admin.close()
