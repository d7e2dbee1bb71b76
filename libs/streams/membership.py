"""Being a member of a consumer group."""

from dataclasses import dataclass
from typing import Any

from kafka import ConsumerRebalanceListener, KafkaConsumer, TopicPartition
from kafka.coordinator.base import MemberState
from kafka.future import Future

from streams.clients import open_client
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

    `joined`: whether the group has given this member its share, which may be nothing.
    """

    def __init__(self, adopted: dict[TopicPartition, Position]) -> None:
        self._adopted = adopted
        self.joined = False

    def on_partitions_revoked(self, revoked: list[TopicPartition]) -> None:
        for partition in revoked:
            self._adopted.pop(partition, None)

    def on_partitions_lost(self, lost: list[TopicPartition]) -> None:
        self.on_partitions_revoked(lost)
        self.joined = False

    def on_partitions_assigned(self, assigned: list[TopicPartition]) -> None:
        self.on_partitions_revoked(assigned)
        self.joined = True


class Member(KafkaConsumer):  # type: ignore[misc]
    """Goes on with a join that outlasts a poll.

    A poll that runs out of time leaves the join under way for the next one. But kafka-python asks then
    whether there is a reason to join, and where that was a change of the topic's partitions, as it is right
    after a start, the reason is gone once the shares are worked out: the share is never taken, no heartbeat
    is sent, and the member is thrown out and stands still without a word.

    Nor does it take a share that came between two polls: it asks for another one.
    """

    def __init__(self, **configs: Any) -> None:
        super().__init__(**configs)
        self._join = self._coordinator.join_group_async
        self._coordinator.join_group_async = self._join_as_answered

    def poll(self, *args: Any, **options: Any) -> Any:
        if self._coordinator.rejoining:
            self._coordinator.rejoin_needed = True
        return super().poll(*args, **options)

    async def _join_as_answered(self, timeout_ms: float | None = None) -> Any:
        """Called on Kafka's own thread, where nothing is answered meanwhile."""
        asked, stands = self._coordinator._join_task, self._coordinator.state is MemberState.REBALANCING
        if asked is not None and asked.succeeded() and stands:
            # The same answer, which comes as soon as it is waited for.
            self._coordinator._join_task = answer = Future()
            self._manager.call_soon(answer.success, asked.value)
        return await self._join(timeout_ms=timeout_ms)

    def is_settled(self) -> bool:
        """Whether its share was worked out from what it knows of the topic by now. Right after a start that
        may be nothing, and so is the share: it joins again as soon as it knows more."""
        known = self._coordinator._cluster.partitions_for_topic
        return not self._coordinator.need_rejoin() and all(known(name) for name in self.subscription())


def join(subscription: Subscription, assignment: Assignment) -> Member:
    """A member of the group, which tells `assignment` what it gets and loses."""
    consumer = open_client(
        Member,
        bootstrap_servers=subscription.bootstrap.split(","),
        group_id=subscription.group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        allow_auto_create_topics=False,
        max_poll_records=subscription.batch_size,
        session_timeout_ms=int(subscription.session_timeout * 1000),
        heartbeat_interval_ms=int(subscription.session_timeout * 250),
        # What is published to partitions that came later waits until they are noticed.
        metadata_max_age_ms=5_000,
        # Or a broker that is back after a long time would be waited for as long again, up to half a minute.
        reconnect_backoff_max_ms=1_000,
        fetch_max_wait_ms=200,
        # An answer that got lost is noticed by nothing else; half a minute by default.
        request_timeout_ms=10_000,
        # What a slow network carries within that time: more would be asked for, and given up, for ever.
        fetch_max_bytes=256 * 1024,
    )
    consumer.subscribe([subscription.topic], listener=assignment)
    return consumer
