"""Tickets put into a store as the worker writes them, with no broker on the way."""

import time
from collections import defaultdict
from collections.abc import Callable

from events.codec import decode_ticket_event, key
from metrics.batch import News, Ways, plan
from metrics.records import StoredEvent, identity
from metrics.store import Store
from runtime.progress import progress
from streams.partitioner import hash_of

_AT_ONCE = 5000


def fill(
    store: Store, ways: Ways, numbers: range, created: Callable[[int], bytes], *, partitions: int = 1
) -> None:
    """Open a ticket for each of `numbers`: the event that `created` gives for it, the ticket, its counts."""
    with progress("tickets opened", len(numbers)) as advance:
        for start in range(0, len(numbers), _AT_ONCE):
            some = numbers[start : start + _AT_ONCE]
            _open(store, ways, [created(number) for number in some], partitions)
            advance(len(some))


def _open(store: Store, ways: Ways, values: list[bytes], partitions: int) -> None:
    news: dict[int, dict[str, News]] = defaultdict(dict)
    events: dict[int, list[StoredEvent]] = defaultdict(list)
    for raw in values:
        event = decode_ticket_event(raw)
        ticket, name = key(event.source, event.subject), identity(event.source, event.id)
        partition = hash_of(ticket.encode()) % partitions if partitions > 1 else 0
        news[partition][ticket] = News({name: event})
        events[partition].append(StoredEvent(name, ticket, raw))
    for partition, own in news.items():
        todo = plan(own, {}, lambda _: {}, ways, time.time_ns() // 1000)
        store.save(partition, events[partition], [change.row for change in todo.changes], None)
        store.rollups.apply(todo.rollups, partition, None)
        store.totals.apply(todo.totals, partition, None)
