"""Durable publish: a message is published once every in-sync replica has it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from kafka import KafkaProducer
from kafka.errors import KafkaError, KafkaTimeoutError

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


class Publisher:
    """A thread-safe, idempotent producer. Close it before the process ends."""

    def __init__(self, bootstrap: str, *, linger_ms: int = 2) -> None:
        self._bootstrap = bootstrap
        self._linger_ms = linger_ms
        self._renewing = Lock()
        self._producer = self._connect()

    def publish(self, messages: Sequence[Message], timeout: float = 10.0) -> None:
        """Return once all `messages` are durable; raise Unavailable after `timeout` seconds or a refusal."""
        self.wait(self.send(messages), timeout)

    def send(self, messages: Sequence[Message]) -> list[Any]:
        """Hand `messages` over without waiting; give the result to `wait`. Raises Unavailable."""
        try:
            return [self._producer.send(m.topic, key=m.key, value=m.value) for m in messages]
        except KafkaError as error:
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

    def close(self) -> None:
        """Send what is under way and leave; what Kafka doesn't take within 5 seconds is given up."""
        _close(self._producer)

    def _connect(self) -> KafkaProducer:
        return KafkaProducer(
            bootstrap_servers=self._bootstrap.split(","),
            acks="all",
            enable_idempotence=True,
            linger_ms=self._linger_ms,
            partitioner=RememberingPartitioner(),
            batch_size=262_144,
            compression_type="lz4",
            allow_auto_create_topics=False,
            delivery_timeout_ms=30_000,
            request_timeout_ms=10_000,
            max_block_ms=5_000,
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
        _close(broken)


def _close(producer: KafkaProducer) -> None:
    try:
        producer.close(timeout=5)
    except KafkaTimeoutError:
        # kafka-python leaves its sending thread running when the flush before closing fails.
        producer._sender.force_close()
        producer._sender.join(5)
        producer.close(timeout=1)
