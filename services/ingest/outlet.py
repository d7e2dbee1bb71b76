"""Where accepted messages go: to Kafka, or, while Kafka is away, to the spool until it is back."""

import sqlite3
import threading
from collections.abc import Sequence
from time import monotonic
from typing import Any, Final

import structlog
from kafka.errors import KafkaError

from events.topics import TOPICS
from ingest.drain import MOST_ROWS, Drain
from ingest.sources.contract import PayloadTooLarge
from ingest.spool import Spool, Stored
from runtime.stop import Stop
from streams.publisher import Message, Publisher, Unavailable
from streams.topics import ensure_topics

_LOOK_SECONDS: Final = 5.0
_PAUSE_SECONDS: Final = 3.0
_FRESH_SECONDS: Final = 9.0
_PATIENCE_SECONDS: Final = 1.0
_LEAVING_SECONDS: Final = 1.5
_SWITCH_SECONDS: Final = 0.5
_TELL_SECONDS: Final = 10.0
_DELIVERY_SECONDS: Final = 7 * 86_400.0
_LARGEST_BYTES: Final = 1024 * 1024 - 1024

_log = structlog.get_logger(__name__)


class Outlet:
    """Makes messages durable: on Kafka, else in `spool`. Makes topics that are missing, also later.

    `spooling`: whether everything goes to the spool. That begins with the first message that Kafka doesn't
    confirm in time, and with the process itself; it ends once the spool is empty. Close the outlet and then
    the spool.
    """

    def __init__(self, bootstrap: str, partitions: int, spool: Spool) -> None:
        self._bootstrap = bootstrap
        self._partitions = partitions
        self._spool = spool
        self._gate = threading.RLock()
        self._drain = Drain(spool, self._gate)
        self._publisher: Publisher | None = None
        self._seen_at: float | None = None
        self._looked = False
        self._look_until = monotonic() + _LOOK_SECONDS
        self._stop = Stop()
        self._work = threading.Event()
        self._told_at = monotonic()
        self.spooling = True
        self._threads = [
            threading.Thread(target=self._watch, name="kafka-watch", daemon=True),
            threading.Thread(target=self._carry, name="spool-drain", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def publish(self, messages: Sequence[Message]) -> None:
        """Return once all `messages` are durable. Raises Unavailable and PayloadTooLarge."""
        if not messages:
            return
        if any(len(message.key) + len(message.value) > _LARGEST_BYTES for message in messages):
            raise PayloadTooLarge(f"an event may have {_LARGEST_BYTES} bytes")
        with self._gate:
            publisher = None if self.spooling else self._publisher
            stored = self._drain.keep(messages, ()) if publisher is None else None
        if publisher is not None:
            stored = self._send(publisher, messages)
        if stored is not None:
            stored.wait()

    def missing(self) -> str | None:
        """What keeps this process from its work; None while Kafka or the spool takes messages."""
        if not all(thread.is_alive() for thread in self._threads):
            return "a thread of this process has ended, see the log; start the process again"
        # Who waits for this process finds the topics made, where Kafka is there at all.
        if not self._looked and monotonic() < self._look_until:
            return f"Kafka is looked for at {self._bootstrap}"
        trouble = self._spool.trouble
        if trouble is None:
            return None
        seen = self._seen_at is not None and monotonic() - self._seen_at < _FRESH_SECONDS
        if seen and not self.spooling:
            return None
        return f"{trouble}, and Kafka at {self._bootstrap} hasn't taken what is in it; see the log"

    def close(self) -> None:
        """Leave; what Kafka hasn't confirmed stays in the spool."""
        self._stop.set()
        self._work.set()
        deadline = monotonic() + _LEAVING_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, deadline - monotonic()))
        if self._publisher is not None:
            self._publisher.close(1.0)
        try:
            self._drain.settle()
        except (Unavailable, sqlite3.Error) as error:
            _log.warning("spool_unsettled", error=str(error), effect="what has arrived is sent again")

    def _send(self, publisher: Publisher, messages: Sequence[Message]) -> Stored | None:
        """Send `messages`; None once all have arrived, else what of them is now being spooled."""
        deadline = monotonic() + _PATIENCE_SECONDS
        sent: list[Any] = []
        try:
            for message in messages:
                # One by one: where sending breaks off, what was sent before may still arrive.
                sent += publisher.send([message])
            for future in sent:
                future.get(timeout=max(0.0, deadline - monotonic()))
        except (KafkaError, Unavailable) as error:
            return self._spool_rest(messages, sent, type(error).__name__)
        return None

    def _spool_rest(self, messages: Sequence[Message], sent: Sequence[Any], why: str) -> Stored | None:
        confirmed = 0
        while confirmed < len(sent) and sent[confirmed].succeeded():
            confirmed += 1
        if confirmed == len(messages):
            return None
        with self._gate:
            try:
                return self._drain.keep(messages[confirmed:], sent[confirmed:])
            finally:
                self._begin_spooling(why)

    def _begin_spooling(self, why: str) -> None:
        """Call it after the first message was spooled: an empty spool would end it at once."""
        if not self.spooling:
            self.spooling = True
            _log.warning("spooling_began", cause=why, bootstrap=self._bootstrap)
            self._work.set()

    def _carry(self) -> None:
        while not self._stop.is_set():
            publisher = self._publisher
            if publisher is None or not self.spooling:
                self._work.wait()
                self._work.clear()
                continue
            try:
                arrived = self._drain.turn(publisher, _PATIENCE_SECONDS)
                if arrived and self._spool.depth <= MOST_ROWS:
                    self._end_spooling(publisher)
                self._tell()
            except (KafkaError, OSError, Unavailable, sqlite3.Error) as error:
                _log.warning("spool_waits", error=str(error), messages=self._spool.depth)
                self._stop.wait(_PATIENCE_SECONDS)

    def _end_spooling(self, publisher: Publisher) -> None:
        """Carry over the last rows while nobody adds any: under steady load the spool is never empty."""
        deadline = monotonic() + _SWITCH_SECONDS
        with self._gate:
            self._spool.flush()
            while self._spool.depth:
                left = deadline - monotonic()
                if left < 0 or not self._drain.turn(publisher, left):
                    return
            self.spooling = False
        _log.info("spooling_ended", messages=self._drain.take_count())
        self._spool.shrink()

    def _tell(self) -> None:
        if self.spooling and monotonic() > self._told_at + _TELL_SECONDS:
            self._told_at = monotonic()
            _log.info("spooling", messages=self._spool.depth, oldest_seconds=int(self._spool.oldest_seconds))

    def _watch(self) -> None:
        while not self._stop.is_set():
            try:
                self._look()
            except (KafkaError, OSError) as error:
                _log.warning("kafka_unavailable", error=str(error), bootstrap=self._bootstrap)
            self._looked = True
            self._stop.wait(_PAUSE_SECONDS)

    def _look(self) -> None:
        ensure_topics(self._bootstrap, TOPICS, partitions=self._partitions)
        if self._publisher is None:
            publisher = Publisher(
                self._bootstrap, delivery_timeout=_DELIVERY_SECONDS, block_timeout=_PATIENCE_SECONDS
            )
            if self._stop.is_set():
                publisher.close(1.0)
                return
            self._publisher = publisher
            self._work.set()
        self._seen_at = monotonic()
