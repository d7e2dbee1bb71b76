"""Kafka as ingest sees it: looked for in the background, so that ingest starts and answers without it."""

import threading
from collections.abc import Sequence
from time import monotonic
from typing import Final

import structlog
from kafka.errors import KafkaError

from events.topics import TOPICS
from runtime.stop import Stop
from streams.publisher import Message, Publisher, Unavailable
from streams.topics import ensure_topics

_PAUSE_SECONDS: Final = 3.0
_FRESH_SECONDS: Final = 9.0
_PUBLISH_SECONDS: Final = 8.0

_log = structlog.get_logger(__name__)


class Outlet:
    """Publishes once Kafka was there and its topics exist; makes topics that are missing, also later."""

    def __init__(self, bootstrap: str, partitions: int) -> None:
        self._bootstrap = bootstrap
        self._partitions = partitions
        self._publisher: Publisher | None = None
        self._seen_at: float | None = None
        self._stop = Stop()
        self._watcher = threading.Thread(target=self._watch, name="kafka-watch", daemon=True)
        self._watcher.start()

    def publish(self, messages: Sequence[Message]) -> None:
        """Return once all `messages` are durable. Raises Unavailable."""
        if not messages:
            return
        if self._publisher is None:
            raise Unavailable("Kafka hasn't answered yet")
        self._publisher.publish(messages, _PUBLISH_SECONDS)

    def missing(self) -> str | None:
        """What keeps this process from its work; None when Kafka answered lately."""
        if self._seen_at is None or monotonic() - self._seen_at > _FRESH_SECONDS:
            return f"Kafka doesn't answer at {self._bootstrap}, or its topics can't be made; see the log"
        return None

    def close(self) -> None:
        """Send what is under way and leave."""
        self._stop.set()
        self._watcher.join(1)
        if self._publisher is not None:
            self._publisher.close()

    def _watch(self) -> None:
        while not self._stop.is_set():
            try:
                self._look()
            except (KafkaError, OSError) as error:
                _log.warning("kafka_unavailable", error=str(error), bootstrap=self._bootstrap)
            self._stop.wait(_PAUSE_SECONDS)

    def _look(self) -> None:
        ensure_topics(self._bootstrap, TOPICS, partitions=self._partitions)
        if self._publisher is None:
            publisher = Publisher(self._bootstrap)
            if self._stop.is_set():
                publisher.close()
                return
            self._publisher = publisher
        self._seen_at = monotonic()
