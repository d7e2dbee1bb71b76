"""The exactly-once batch consumer.

Each partition goes through two states: *adopted* (the position is known, what was pending has been
published, the reader stands at the stored offset) and not. A rebalance, a fencing, an error of any part
that may pass: each only un-adopts the partition, and adoption starts again from the store. Nothing is
remembered across that, so there is one way to recover and it is the way to start.
"""

import time
from functools import partial
from typing import Any, Final

import structlog
from kafka import OffsetAndMetadata, TopicPartition
from kafka.errors import KafkaError
from msgspec.structs import replace
from pymongo import MongoClient
from pymongo.errors import PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from events.instants import SECOND
from runtime.stop import Stop
from streams.batch import Batch, Handler, Outcome, Record
from streams.clock import SharedClock
from streams.dead_letters import dead_letter
from streams.journal import Journal
from streams.last_words import LastWords
from streams.membership import Assignment, Subscription, join
from streams.pace import Pace
from streams.positions import Fenced, Position, Positions, after
from streams.publisher import Publisher, Unavailable
from streams.reasons import reason
from streams.renewal import Renewal
from streams.resuming import Resuming
from streams.sessions import Sessions
from streams.telemetry import Telemetry
from streams.topics import topic_id

_PASSING: Final = (Fenced, Unavailable, PyMongoError, KafkaError)
"""What may pass: the partition is adopted anew after a while."""

log = structlog.get_logger()


class ExactlyOnce:
    """Has `handler` process what `subscription` brings, each record's effect once."""

    def __init__(
        self,
        subscription: Subscription,
        client: MongoClient[dict[str, Any]],
        positions: Positions,
        handler: Handler,
        publisher: Publisher,
        telemetry: Telemetry,
        clock: SharedClock,
    ) -> None:
        self._bootstrap = subscription.bootstrap
        self._topic = subscription.topic
        self._sessions = Sessions(client, positions)
        self._clock = clock
        self._positions = positions
        self._handler = handler
        self._publisher = publisher
        self._telemetry = telemetry
        self._renewal = Renewal(subscription.output, positions, handler, publisher)
        self._last_words = LastWords(handler, publisher)
        self._resuming = Resuming(positions, self._sessions, telemetry)
        self._journal = Journal()
        self._stop = Stop()
        self._adopted: dict[TopicPartition, Position] = {}
        self._sought: set[TopicPartition] = set()
        self._sent: dict[TopicPartition, list[Any]] = {}
        self._pace = Pace(subscription.batch_size)
        self._elapse_again = 0.0
        self.last_turn = time.monotonic()
        self._assignment = Assignment(self._adopted)
        self._consumer = join(subscription, self._assignment)

    def run(self, stop: Stop) -> None:
        """Process until `stop`, then leave the group with nothing half done."""
        self._stop = stop
        try:
            while not stop.is_set():
                stop.wait(self.turn())
        finally:
            self.close()

    def turn(self) -> float:
        """One turn of the loop: adopt, read, process. Returns how many seconds to wait before the next."""
        self.last_turn = time.monotonic()
        try:
            self._last_words.repeat(self._adopted.keys())
            self._adopt_assigned()
            taken = self._consumer.poll(timeout_ms=200, max_records=self._pace.portion)
            for partition, records in taken.items():
                self._advance(partition, records)
                self.last_turn = time.monotonic()
            self._elapse()
        except _PASSING as error:
            return self._back_off(error)
        self._pace.succeeded(took=bool(taken))
        return 0.0

    def assigned(self) -> bool:
        """Whether the group has given this member its share (which may be nothing), and it is adopted."""
        settled = self._assignment.joined and self._consumer.is_settled()
        return settled and all(partition in self._adopted for partition in self._consumer.assignment())

    def close(self) -> None:
        """Wait for what is being published, then leave the group."""
        for sent in self._sent.values():
            try:
                self._publisher.wait(sent, timeout=3)
            except Unavailable as error:
                log.warning("left unpublished; the next owner publishes it", error=str(error))
        self._consumer.close(timeout_ms=3000)
        self._sessions.close()

    def _back_off(self, error: Exception) -> float:
        self._adopted.clear()
        self._sent.clear()
        pause = self._pace.failed()
        cause = type(error).__name__
        self._telemetry.retries.labels(cause).inc()
        log.warning("batch begun again", cause=cause, error=reason(error), pause=pause)
        return pause

    def _adopt_assigned(self) -> None:
        missing = [p for p in self._consumer.assignment() if p not in self._adopted]
        if not missing:
            return
        current = topic_id(self._bootstrap, self._topic)
        output_id = self._renewal.output_id(self._bootstrap)
        first = self._consumer.beginning_offsets(missing)
        for partition, stored in self._resuming.stored(missing).items():
            if partition not in self._consumer.assignment():  # lost amid the renewal of one before it
                continue
            position = self._resuming.position(partition, stored, current, first[partition])
            self._last_words.add(partition, position.pending)
            self._publisher.publish(self._handler.republish(position.pending), timeout=30)
            self._last_words.check(partition)
            position = self._renewal.complete(position, output_id, partial(self._stays, partition))
            if partition in self._consumer.assignment():
                self._consumer.seek(partition, position.offset)
                self._adopted[partition] = position
                self._sought.add(partition)
                log.info(
                    "partition adopted",
                    topic=partition.topic,
                    partition=partition.partition,
                    offset=position.offset,
                )

    def _stays(self, partition: TopicPartition) -> bool:
        """Be seen to turn amid long work, and take nothing; whether `partition` is still this member's."""
        self.last_turn = time.monotonic()
        self._consumer.pause(*self._consumer.assignment())
        self._consumer.poll(timeout_ms=0)
        assignment = self._consumer.assignment()
        self._consumer.resume(*assignment)
        return partition in assignment and not self._stop.is_set()

    def _advance(self, partition: TopicPartition, records: list[Any]) -> None:
        position = self._adopted.get(partition)
        if position is None:
            return
        ahead = records[0].offset - position.offset
        if ahead and (partition not in self._sought or self._overtaken(partition, position)):
            self._adopted.pop(partition, None)
            return
        self._sought.discard(partition)
        # Right after a seek, offsets that never held a message may lie between. But a broker that answers
        # with earlier ones has lost its end: it reset us, because nothing is where we stood.
        if ahead < 0:
            position = self._resuming.over_gap(position, records[0].offset)
        batch = Batch(
            partition.topic,
            partition.partition,
            [Record(r.offset, r.timestamp, r.key or b"", r.value or b"") for r in records],
        )
        outcome, moved = self._transact(partition, position, batch)
        self._report(partition, batch, outcome, moved)

    def _overtaken(self, partition: TopicPartition, position: Position) -> bool:
        """Whether the log begins after `position` by now: adopting it again says what is missing."""
        return bool(self._consumer.beginning_offsets([partition])[partition] > position.offset)

    def _elapse(self) -> None:
        """Do a portion of what the passing of time asks for in each adopted partition; where nothing does,
        look again in a second."""
        if time.monotonic() < self._elapse_again:
            return
        self._elapse_again = time.monotonic() + 1.0
        now = self._clock()
        for partition in list(self._adopted):
            self._finish(partition)
            position = self._adopted.get(partition)
            if position is not None and self._handler.is_due(partition.partition, now):
                self._transact(partition, position, None, now)
                self.last_turn = time.monotonic()
                self._elapse_again = 0.0

    def _transact(
        self, partition: TopicPartition, position: Position, batch: Batch | None, now: int = 0
    ) -> tuple[Outcome, Position]:
        """Process `batch`, or without one what is due `now`, and move on from `position`."""
        # The next position overwrites the names of what was pending: it must have gone out by then.
        self._finish(partition)
        session = self._sessions.of(partition.partition)
        with session.start_transaction(ReadConcern("snapshot"), WriteConcern("majority")):
            if batch is None:
                outcome = self._handler.elapse(partition.partition, now, session)
                moved = replace(position, pending=outcome.pending, elapsed=now)
            else:
                outcome = self._handler.process(batch, session)
                self._publisher.publish([dead_letter(batch, dead) for dead in outcome.dead])
                moved = after(position, batch, outcome)
            self._positions.move(position, moved, session)
        self._last_words.renew(partition, outcome.pending)
        self._sent[partition] = self._publisher.send(outcome.outgoing)
        if partition in self._adopted:
            self._adopted[partition] = moved
        return outcome, moved

    def _finish(self, partition: TopicPartition) -> None:
        """Return once what was sent for `partition` is durable."""
        if (sent := self._sent.pop(partition, None)) is not None:
            self._publisher.wait(sent, timeout=30)
            self._last_words.check(partition)

    def _report(self, partition: TopicPartition, batch: Batch, outcome: Outcome, moved: Position) -> None:
        self._consumer.commit_async({partition: OffsetAndMetadata(moved.offset, "", -1)})
        self._telemetry.processed(batch, outcome, self._clock() / SECOND)
        self._journal.stored(batch, outcome)
        end = self._consumer.highwater(partition) if partition in self._consumer.assignment() else None
        if end is not None:
            self._telemetry.lag.labels(partition.topic, partition.partition).set(end - moved.offset)
