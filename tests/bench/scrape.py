"""What a scrape costs with few and with many tickets behind the same label sets."""

import statistics
import time
from collections.abc import Iterator
from itertools import groupby, islice

from prometheus_client import CollectorRegistry, generate_latest

from bench.parts import Mongo, Parts
from bench.report import Report
from bench.traffic import messages
from events.codec import decode_ticket_event
from metrics.batch import Ways
from metrics.contributions import contribute
from metrics.exposition.collector import TicketCollector
from metrics.exposition.reader import SnapshotReader
from metrics.records import Row
from metrics.seen import Seen, see
from metrics.sla.policy import NO_RULES
from metrics.store import Store
from metrics.ticket.fold import fold
from metrics.ticket.state import State
from metrics.transitions import BOUNDS, Counted, count
from rollups.amounts import Amounts, Place, add
from rollups.latest import Latest
from streams.positions import Positions

WIDTH = 3600
FEW, MANY = 1000, 100_000
SCRAPES = 15


def measure(parts: Parts, report: Report) -> None:
    """The ratio of a scrape with its refresh at MANY tickets to one at FEW."""
    readers = {}
    for tickets in (FEW, MANY):
        report.say(f"folding {tickets:,} tickets …")
        readers[tickets] = _filled(parts.mongo, tickets)
    cost: dict[int, list[float]] = {FEW: [], MANY: []}
    for _ in range(SCRAPES):
        for tickets, reader in readers.items():
            cost[tickets].append(_scrape(reader))
    few, many = (statistics.median(cost[tickets]) for tickets in (FEW, MANY))
    report.say(f"{many * 1000:.0f} ms and {few * 1000:.0f} ms")
    report.figure(f"scrape at {MANY:,} / at {FEW:,} tickets", many / few, most=1.2)


def _scrape(reader: SnapshotReader) -> float:
    """Seconds of one scrape that has to read the store."""
    registry = CollectorRegistry()
    registry.register(TicketCollector(Latest(reader)))
    begin = time.perf_counter()
    text = generate_latest(registry)
    elapsed = time.perf_counter() - begin
    assert b"helpdesk_store_up 1.0" in text
    return elapsed


def _filled(mongo: Mongo, tickets: int) -> SnapshotReader:
    """A reader of a database with so many tickets in four partitions."""
    store = Store(mongo[f"bench-{tickets}"])
    store.prepare()
    states = _states(tickets)
    for partition in range(4):
        _fill(store, partition, islice(states, tickets // 4))
    return SnapshotReader(store, Positions(store.database, "bench"), 100, Ways(WIDTH))


def _states(tickets: int) -> Iterator[State]:
    for start in range(0, tickets, 1000):
        events = [decode_ticket_event(m.value) for m in messages(1000, seed=start)]
        for _, own in groupby(sorted(events, key=lambda e: e.subject), key=lambda e: e.subject):
            yield fold(own)


def _fill(store: Store, partition: int, states: Iterator[State]) -> None:
    while chunk := list(islice(states, 2000)):
        rollups: Amounts = {}
        totals: Amounts = {}
        seen = [see(state, 0, NO_RULES) for state in chunk]
        tickets = [Row(one.state, _count(one, totals), 1, one.as_of, [], None, None) for one in seen]
        for one in seen:
            contribute(one, WIDTH, 1, rollups)
        store.save(partition, [], tickets, None)
        store.rollups.apply(rollups, partition, None)
        store.totals.apply(totals, partition, None)


def _count(seen: Seen, totals: Amounts) -> Counted:
    increments, counted = count(None, seen, None, BOUNDS, appended=False)
    state = seen.state
    for measure, amount in increments.items():
        add(totals, Place(0, (state.source, state.team, state.priority, state.channel)), measure, amount)
    return counted
