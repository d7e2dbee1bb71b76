"""Making sure that the topics exist."""

from collections.abc import Iterable

from kafka import KafkaAdminClient
from kafka.admin import NewTopic
from kafka.errors import TopicAlreadyExistsError, for_code

from events.topics import Topic


def ensure_topics(bootstrap: str, topics: Iterable[Topic], *, partitions: int, replication: int = 1) -> None:
    """Create those of `topics` that don't exist yet; existing ones stay as they are."""
    admin = KafkaAdminClient(bootstrap_servers=bootstrap.split(","))
    try:
        existing = set(admin.list_topics())
        for topic in topics:
            if topic.name in existing:
                continue
            new = NewTopic(
                topic.name,
                num_partitions=partitions,
                replication_factor=replication,
                topic_configs=topic.config,
            )
            try:
                admin.create_topics([new])
            except TopicAlreadyExistsError:
                continue
    finally:
        admin.close()


def topic_id(bootstrap: str, topic: str) -> str:
    """The id of `topic`: another one once the topic has been made anew. Raises KafkaError."""
    admin = KafkaAdminClient(bootstrap_servers=bootstrap.split(","))
    try:
        described = admin.describe_topics([topic])[0]
        if described["error_code"]:
            raise for_code(described["error_code"])(topic)
        return str(described["topic_id"])
    finally:
        admin.close()
