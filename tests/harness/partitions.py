"""A worker's handler between the partitions of `helpdesk.events`, in real transactions, without a broker."""

import json
from collections import deque
from typing import Any

from pymongo import MongoClient

from events.codec import key
from events.topics import EVENTS
from metrics.batch import Ways
from metrics.store import Store
from metrics.worker import TicketHandler
from rollups.amounts import Amounts, add
from rollups.store import RollupStore, flat
from streams.batch import Batch, Outcome, Record
from streams.partitioner import hash_of
from streams.publisher import Message

Wire = dict[str, Any]

COUNT = 4


def partition_of(subject: str, source: str = "acme") -> int:
    """The partition that holds a ticket's events."""
    return hash_of(key(source, subject).encode()) % COUNT


def apart() -> tuple[str, str]:
    """Two subjects whose tickets live in different partitions."""
    return "1", next(
        subject for subject in map(str, range(2, 99)) if partition_of(subject) != partition_of("1")
    )


class Partitions:
    """What the handler says to other tickets reaches it in their partitions, as a broker would bring it."""

    def __init__(self, client: MongoClient[Any], database: str) -> None:
        self._client = client
        self.store = Store(client[database])
        self.store.prepare()
        self.store.set_counting(3600, "")
        self.handler = TicketHandler(self.store, Ways(3600))

    def process(self, *values: bytes, partition: int = 0) -> Outcome:
        """One batch of messages with `values`, in one transaction."""
        records = [Record(number, 0, b"key", value) for number, value in enumerate(values)]
        with self._client.start_session() as session, session.start_transaction():
            return self.handler.process(Batch(EVENTS, partition, records), session)

    def tell(self, *events: Wire) -> None:
        """Process `events` one after the other, each with all that follows from it."""
        for event in events:
            waiting = deque([(partition_of(event["subject"], event["source"]), json.dumps(event).encode())])
            while waiting:
                partition, value = waiting.popleft()
                said = self.process(value, partition=partition).outgoing
                waiting += [_arrival(message) for message in said if message.topic == EVENTS]


def _arrival(message: Message) -> tuple[int, bytes]:
    return hash_of(message.key) % COUNT, message.value


def numbers(store: RollupStore) -> Amounts:
    """All that `store` holds, partitions added up."""
    found: Amounts = {}
    for place, measures in store.read(None, None, (), {}):
        for measure, amount in flat(measures):
            add(found, place, measure, amount)
    return found
