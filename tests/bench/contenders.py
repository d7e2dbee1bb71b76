"""The worker, and what it is held against: its own floor, and itself with one event per transaction."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from pymongo import MongoClient
from pymongo.client_session import ClientSession
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from events.codec import decode_ticket_event
from events.topics import EVENTS
from faults.check import published
from metrics.batch import Ways
from metrics.contributions import LABELS
from metrics.records import Row, StoredEvent
from metrics.store import Store
from metrics.worker import TicketHandler
from rollups.amounts import Amounts
from rollups.store import RollupStore
from streams.batch import Batch, Handler, Outcome, Record
from streams.positions import Position, Positions, after
from streams.publisher import Message, Publisher

WIDTH = 3600
Mongo = MongoClient[dict[str, Any]]


@dataclass(frozen=True)
class Written:
    """All that one batch wrote and published."""

    saved: tuple[int, Sequence[StoredEvent], Sequence[Row]]
    rollups: Amounts
    totals: Amounts
    outcome: Outcome


class _Noting(Store):
    """The real store, which remembers what it was last given to write."""

    last: tuple[int, Sequence[StoredEvent], Sequence[Row]]

    def save(
        self,
        partition: int,
        events: Sequence[StoredEvent],
        tickets: Sequence[Row],
        session: ClientSession | None,
    ) -> None:
        """Write, and remember."""
        self.last = (partition, events, tickets)
        super().save(partition, events, tickets, session)


class _NotingRollups(RollupStore):
    """Real aggregates, which remember what was last added."""

    last: Amounts

    def apply(self, amounts: Amounts, partition: int, session: ClientSession | None) -> None:
        """Add, and remember."""
        self.last = amounts
        super().apply(amounts, partition, session)


class Recorder:
    """The real handler, which notes what each batch writes."""

    def __init__(self, store: Store) -> None:
        noting = self._store = _Noting(store.database)
        noting.rollups = self._rollups = _NotingRollups(store.database["rollups"], LABELS)
        noting.totals = self._totals = _NotingRollups(store.database["totals"], LABELS[:-1])
        self._handler = TicketHandler(noting, Ways(WIDTH))
        self.written: list[Written] = []

    def process(self, batch: Batch, session: ClientSession) -> Outcome:
        """Process `batch` for real."""
        outcome = self._handler.process(batch, session)
        self.written.append(Written(self._store.last, self._rollups.last, self._totals.last, outcome))
        return outcome

    def republish(self, pending: Sequence[str]) -> list[Message]:
        """Nothing is pending here."""
        return self._handler.republish(pending)


class Floor:
    """Decodes every event and writes what the recorder noted, with no look at the store and no folding."""

    def __init__(self, store: Store, written: list[Written]) -> None:
        self._store = store
        self._written = iter(written)

    def process(self, batch: Batch, session: ClientSession) -> Outcome:
        """Decode `batch`, write the noted."""
        for record in batch.records:
            decode_ticket_event(record.value)
        noted = next(self._written)
        self._store.save(*noted.saved, session)
        self._store.rollups.apply(noted.rollups, batch.partition, session)
        self._store.totals.apply(noted.totals, batch.partition, session)
        return noted.outcome

    def republish(self, _pending: Sequence[str]) -> list[Message]:
        """Nothing is pending here."""
        return []


def events_per_second(
    handler: Handler, mongo: Mongo, database: str, bootstrap: str, *, batch_size: int, most: int
) -> float:
    """How fast `handler` takes up to `most` events of `helpdesk.events`, from the first poll to the last
    acknowledgement, in batches of exactly `batch_size` (the last of a partition may be smaller)."""
    positions = Positions(mongo[database], "bench")
    publisher = Publisher(bootstrap, linger_ms=0)
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap,
        enable_auto_commit=False,
        max_poll_records=batch_size,
        fetch_max_wait_ms=50,
    )
    # Known beforehand: else the wait for more that doesn't come would be taken for work.
    ends = {record.partition: record.offset + 1 for record in published(bootstrap, EVENTS)}
    done = 0
    begin = time.perf_counter()
    for number, end in sorted(ends.items()):
        partition = TopicPartition(EVENTS, number)
        consumer.assign([partition])
        consumer.seek_to_beginning(partition)
        position = Position(topic=EVENTS, partition=number, topic_id="bench", offset=0)
        positions.start(position)
        sent: list[Any] = []
        while done < most and position.offset < end:
            records = _exactly(consumer, min(batch_size, end - position.offset))
            batch = Batch(EVENTS, number, [Record(r.offset, r.timestamp, r.key, r.value) for r in records])
            publisher.wait(sent)
            outcome, position = _transact(handler, mongo, positions, position, batch)
            sent = publisher.send(outcome.outgoing)
            done += len(records)
        publisher.wait(sent)
    elapsed = time.perf_counter() - begin
    consumer.close()
    publisher.close()
    return done / elapsed


def _transact(
    handler: Handler, mongo: Mongo, positions: Positions, position: Position, batch: Batch
) -> tuple[Outcome, Position]:
    """Process `batch`, and move on from `position`."""
    with (
        mongo.start_session() as session,
        session.start_transaction(ReadConcern("snapshot"), WriteConcern("majority")),
    ):
        outcome = handler.process(batch, session)
        moved = after(position, batch, outcome)
        positions.move(position, moved, session)
    return outcome, moved


def _exactly(consumer: KafkaConsumer, count: int) -> list[Any]:
    """The next `count` records, which are there. Raises AssertionError where they don't come."""
    records: list[Any] = []
    while len(records) < count:
        polled = consumer.poll(timeout_ms=30_000, max_records=count - len(records))
        assert polled, f"{count} records were told of, {len(records)} come"
        for batch in polled.values():
            records += batch
    return records
