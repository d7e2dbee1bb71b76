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

from runtime.stop import Stop
from streams.batch import Batch, Handler, Outcome, Record
from streams.dead_letters import dead_letter
from streams.membership import Assignment, Subscription, join
from streams.positions import Fenced, Position, Positions
from streams.publisher import Publisher, Unavailable
from streams.reasons import reason
from streams.renewal import Renewal
from streams.telemetry import Telemetry
from streams.topics import topic_id

_PASSING: Final = (Fenced, Unavailable, PyMongoError, KafkaError)
"""What may pass: the partition is adopted anew after a while."""
_BACKOFF: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0)

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
    ) -> None:
        self._bootstrap = subscription.bootstrap
        self._topic = subscription.topic
        self._client = client
        self._positions = positions
        self._handler = handler
        self._publisher = publisher
        self._telemetry = telemetry
        self._renewal = Renewal(subscription.output, positions, handler, publisher)
        self._stop = Stop()
        self._adopted: dict[TopicPartition, Position] = {}
        self._sought: set[TopicPartition] = set()
        self._sent: dict[TopicPartition, list[Any]] = {}
        self._failures = 0
        self._elapse_again = 0.0
        self.last_turn = time.monotonic()
        self._assignment = Assignment(self._adopted)
        self._consumer = join(subscription, self._assignment)

    def run(self, stop: Stop) -> None:
        """Process until `stop`, then leave the group with nothing half done."""
        self._stop = stop
        try:
            while not stop.is_set():
                pause = self.turn()
                if pause:
                    stop.wait(pause)
        finally:
            self.close()

    def turn(self) -> float:
        """One turn of the loop: adopt, read, process. Returns how many seconds to wait before the next."""
        self.last_turn = time.monotonic()
        try:
            self._adopt_assigned()
            for partition, records in self._consumer.poll(timeout_ms=200).items():
                self._advance(partition, records)
                self.last_turn = time.monotonic()
            self._elapse()
        except _PASSING as error:
            return self._back_off(error)
        self._failures = 0
        return 0.0

    def assigned(self) -> bool:
        """Whether the group has given this member its share (which may be nothing), and it is adopted."""
        return self._assignment.joined and all(p in self._adopted for p in self._consumer.assignment())

    def close(self) -> None:
        """Wait for what is being published, then leave the group."""
        for sent in self._sent.values():
            try:
                self._publisher.wait(sent, timeout=3)
            except Unavailable as error:
                log.warning("left unpublished; the next owner publishes it", error=str(error))
        self._consumer.close(timeout_ms=3000)

    def _back_off(self, error: Exception) -> float:
        self._adopted.clear()
        self._sent.clear()
        pause = _BACKOFF[min(self._failures, len(_BACKOFF) - 1)]
        self._failures += 1
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
        for partition in missing:
            position = self._settle(partition, current, first[partition])
            self._publisher.publish(self._handler.republish(position.pending), timeout=30)
            position = self._renewal.complete(position, output_id, partial(self._stays, partition))
            if partition in self._consumer.assignment():
                self._consumer.seek(partition, position.offset)
                self._adopted[partition] = position
                self._sought.add(partition)
                log.info("partition adopted", partition=partition.partition, offset=position.offset)

    def _stays(self, partition: TopicPartition) -> bool:
        """Be seen to turn amid long work, and take nothing; whether `partition` is still this member's."""
        self.last_turn = time.monotonic()
        self._consumer.pause(*self._consumer.assignment())
        self._consumer.poll(timeout_ms=0)
        assignment = self._consumer.assignment()
        self._consumer.resume(*assignment)
        return partition in assignment and not self._stop.is_set()

    def _settle(self, partition: TopicPartition, current: str, first: int) -> Position:
        """The stored position of `partition`, moved to where reading can go on if it can't go on there."""
        stored = self._positions.load(partition.topic, partition.partition)
        if stored is None:
            start = Position(
                topic=partition.topic, partition=partition.partition, topic_id=current, offset=first
            )
            self._positions.start(start)
            return start
        if stored.topic_id != current:
            log.warning("the topic was made anew: read from its beginning", partition=partition.partition)
            moved = replace(stored, topic_id=current, offset=first)
            self._positions.move(stored, moved)
            return moved
        return self._over_gap(stored, first) if stored.offset < first else stored

    def _over_gap(self, position: Position, offset: int) -> Position:
        """Go on at `offset`, because the broker no longer has what stood at `position`; say so loudly."""
        self._telemetry.gaps.labels(position.topic, position.partition).inc()
        log.error(
            "messages are gone from the topic that were never read: import that time again",
            partition=position.partition,
            wanted=position.offset,
            found=offset,
        )
        moved = replace(position, offset=offset)
        self._positions.move(position, moved)
        return moved

    def _advance(self, partition: TopicPartition, records: list[Any]) -> None:
        position = self._adopted.get(partition)
        if position is None:
            return
        ahead = records[0].offset - position.offset
        if ahead and partition not in self._sought:
            self._adopted.pop(partition, None)
            return
        self._sought.discard(partition)
        # Right after a seek, offsets that never held a message may lie between. But a broker that answers
        # with earlier ones has lost its end: it reset us, because nothing is where we stood.
        if ahead < 0:
            position = self._over_gap(position, records[0].offset)
        batch = Batch(
            partition.topic,
            partition.partition,
            [Record(r.offset, r.timestamp, r.key or b"", r.value or b"") for r in records],
        )
        outcome, moved = self._transact(partition, position, batch)
        self._report(partition, batch, outcome, moved)

    def _elapse(self) -> None:
        """Do a portion of what the passing of time asks for in each adopted partition; where nothing does,
        look again in a second."""
        if time.monotonic() < self._elapse_again:
            return
        self._elapse_again = time.monotonic() + 1.0
        now = time.time_ns() // 1000
        for partition in list(self._adopted):
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
        self._publisher.wait(self._sent.pop(partition, []), timeout=30)
        with (
            self._client.start_session() as session,
            session.start_transaction(ReadConcern("snapshot"), WriteConcern("majority")),
        ):
            if batch is None:
                outcome = self._handler.elapse(partition.partition, now, session)
                moved = replace(position, pending=outcome.pending, elapsed=time.time_ns() // 1000)
            else:
                outcome = self._handler.process(batch, session)
                self._bury(batch, outcome)
                moved = _moved(position, batch, outcome)
            self._positions.move(position, moved, session)
        self._sent[partition] = self._publisher.send(outcome.outgoing)
        if partition in self._adopted:
            self._adopted[partition] = moved
        return outcome, moved

    def _bury(self, batch: Batch, outcome: Outcome) -> None:
        if outcome.dead:
            self._publisher.publish([dead_letter(batch, dead) for dead in outcome.dead])

    def _report(self, partition: TopicPartition, batch: Batch, outcome: Outcome, moved: Position) -> None:
        self._consumer.commit_async({partition: OffsetAndMetadata(moved.offset, "", -1)})
        self._telemetry.processed(batch, outcome, time.time())
        end = self._consumer.highwater(partition) if partition in self._consumer.assignment() else None
        if end is not None:
            self._telemetry.lag.labels(partition.topic, partition.partition).set(end - moved.offset)


def _moved(position: Position, batch: Batch, outcome: Outcome) -> Position:
    known = [time for time in (position.newest, outcome.newest) if time is not None]
    return replace(
        position,
        offset=batch.records[-1].offset + 1,
        pending=outcome.pending,
        newest=max(known, default=None),
    )
