"""Durable publish: a message is published once every in-sync replica has it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from kafka import KafkaProducer
from kafka.errors import KafkaError, KafkaTimeoutError
from kafka.net.compat import KafkaNetClient

from streams.partitioner import RememberingPartitioner


class Unavailable(Exception):
    """Kafka didn't take a message in time: try again later. The message may still arrive, so a repeat
    must carry the same identity."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is published: messages of one `key` keep their order."""

    topic: str
    key: bytes
    value: bytes


class _PatientClient(KafkaNetClient):  # type: ignore[misc]
    """Lets the sending thread wait for a broker that takes connections and answers none.

    kafka-python says "no delay" while a connection is being made, and its sending thread then turns without
    a pause: enough to starve every other thread of the process. The thread takes the number for milliseconds;
    whatever arrives on a connection wakes it before.
    """

    def connection_delay(self, _node: Any) -> float:
        return 50.0


class Publisher:
    """A thread-safe, idempotent producer. Close it before the process ends.

    A message is tried again for `delivery_timeout` seconds, with one sequence number, so that what arrives
    late arrives once; `send` waits up to `block_timeout` seconds to learn a topic's partitions.
    """

    def __init__(
        self,
        bootstrap: str,
        *,
        linger_ms: int = 2,
        delivery_timeout: float = 30.0,
        block_timeout: float = 5.0,
    ) -> None:
        self._bootstrap = bootstrap
        self._linger_ms = linger_ms
        self._delivery_timeout = delivery_timeout
        self._block_timeout = block_timeout
        self._renewing = Lock()
        self._producer = self._connect()

    def publish(self, messages: Sequence[Message], timeout: float = 10.0) -> None:
        """Return once all `messages` are durable; raise Unavailable after `timeout` seconds or a refusal."""
        self.wait(self.send(messages), timeout)

    def send(self, messages: Sequence[Message]) -> list[Any]:
        """Hand `messages` over without waiting; give the result to `wait`. Raises Unavailable."""
        try:
            return [self._producer.send(m.topic, key=m.key, value=m.value) for m in messages]
        except (KafkaError, TypeError, ValueError) as error:
            # A TypeError or ValueError is a topic that went away between two looks at the cluster.
            self._renew_if_broken()
            raise Unavailable(str(error)) from error

    def wait(self, sent: Sequence[Any], timeout: float = 10.0) -> None:
        """Return once everything that `send` gave back is durable; raise Unavailable."""
        deadline = time.monotonic() + timeout
        for future in sent:
            try:
                future.get(timeout=max(0.0, deadline - time.monotonic()))
            except KafkaError as error:
                self._renew_if_broken()
                raise Unavailable(str(error)) from error

    def close(self, timeout: float = 5.0) -> None:
        """Send what is under way and leave; what Kafka doesn't take within `timeout` seconds is given up."""
        _close(self._producer, timeout)

    def _connect(self) -> KafkaProducer:
        return KafkaProducer(
            bootstrap_servers=self._bootstrap.split(","),
            kafka_client=_PatientClient,
            acks="all",
            enable_idempotence=True,
            linger_ms=self._linger_ms,
            partitioner=RememberingPartitioner(),
            batch_size=262_144,
            compression_type="lz4",
            allow_auto_create_topics=False,
            delivery_timeout_ms=int(self._delivery_timeout * 1000),
            request_timeout_ms=10_000,
            max_block_ms=int(self._block_timeout * 1000),
            # Partitions that came later are used soon, and a broker that is back is found soon.
            metadata_max_age_ms=15_000,
            reconnect_backoff_max_ms=1_000,
        )

    def _renew_if_broken(self) -> None:
        """Replace a producer that will refuse everything from now on.

        A cluster that was made anew doesn't know the producer's identity, and kafka-python takes the
        refusal of an identity as final.
        """
        with self._renewing:
            broken = self._producer
            if not broken._transaction_manager.has_fatal_error():
                return
            self._producer = self._connect()
        _close(broken, 5.0)


def _close(producer: KafkaProducer, timeout: float) -> None:
    try:
        producer.close(timeout=timeout)
    except KafkaTimeoutError:
        # kafka-python leaves its sending thread running when the flush before closing fails.
        producer._sender.force_close()
        producer._sender.join(timeout)
        # The thread's last act is to give up what is left, and a request that hangs can keep it from that.
        producer._accumulator.abort_incomplete_batches()
        producer.close(timeout=1)
