"""Being a member of a consumer group."""

from dataclasses import dataclass

from kafka import ConsumerRebalanceListener, KafkaConsumer, TopicPartition

from streams.positions import Position


@dataclass(frozen=True, slots=True)
class Subscription:
    """What is read, by whom, in which portions (`batch_size` messages); a member that is silent for
    `session_timeout` seconds loses its share.

    `output` is the topic that must always hold all that the handler has to say of a partition: where it was
    made anew, everything is published to it again. None where there is no such topic.
    """

    bootstrap: str
    topic: str
    group: str
    batch_size: int = 2000
    session_timeout: float = 6.0
    output: str | None = None


class Assignment(ConsumerRebalanceListener):  # type: ignore[misc]
    """Un-adopts whatever a rebalance touches. Called on Kafka's own thread, so it does only that.

    `joined`: whether the group has ever given this member its share.
    """

    def __init__(self, adopted: dict[TopicPartition, Position]) -> None:
        self._adopted = adopted
        self.joined = False

    def on_partitions_revoked(self, revoked: list[TopicPartition]) -> None:
        for partition in revoked:
            self._adopted.pop(partition, None)

    def on_partitions_assigned(self, assigned: list[TopicPartition]) -> None:
        self.on_partitions_revoked(assigned)
        self.joined = True


def join(subscription: Subscription, assignment: Assignment) -> KafkaConsumer:
    """A member of the group, which tells `assignment` what it gets and loses."""
    consumer = KafkaConsumer(
        bootstrap_servers=subscription.bootstrap.split(","),
        group_id=subscription.group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        allow_auto_create_topics=False,
        max_poll_records=subscription.batch_size,
        session_timeout_ms=int(subscription.session_timeout * 1000),
        heartbeat_interval_ms=int(subscription.session_timeout * 250),
        metadata_max_age_ms=30_000,
        fetch_max_wait_ms=200,
    )
    consumer.subscribe([subscription.topic], listener=assignment)
    return consumer
