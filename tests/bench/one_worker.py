"""What a worker does beside its floor, and beside one event per transaction."""

import statistics
from collections.abc import Callable
from typing import Any

from bench.contenders import Floor, Recorder, events_per_second
from bench.parts import Parts
from bench.report import Report
from bench.traffic import messages
from metrics.batch import Ways
from metrics.store import Store
from metrics.worker import TicketHandler

TICKETS = 6000
ROUNDS = 9
BATCH = 2000


def measure(parts: Parts, report: Report) -> None:
    """The ratio of the worker to its floor, and to itself with batches of one."""
    parts.publish(messages(TICKETS, seed=1))

    def measured(
        name: str, make: Callable[[Store], Any], batch: int = BATCH, most: int = 10**9
    ) -> tuple[Any, float]:
        database = f"bench-{name}"
        parts.mongo.drop_database(database)
        store = Store(parts.mongo[database])
        store.prepare()
        handler = make(store)
        speed = events_per_second(handler, parts.mongo, database, parts.kafka, batch_size=batch, most=most)
        parts.mongo.drop_database(database)
        return handler, speed

    recorder, _ = measured("record", Recorder)
    ratios, speeds = [], []
    for number in range(ROUNDS):
        _, floor = measured("floor", lambda store: Floor(store, recorder.written))
        _, full = measured("full", lambda store: TicketHandler(store, Ways(3600)))
        ratios.append(full / floor)
        speeds.append(full)
        report.say(f"round {number + 1}: {full:,.0f} events/s, floor {floor:,.0f}, ratio {full / floor:.2f}")
    _, single = measured("single", lambda store: TicketHandler(store, Ways(3600)), batch=1, most=500)
    report.figure("worker, in batches of 2,000", statistics.median(speeds), "events/s", digits=0)
    report.figure("worker / floor", statistics.median(ratios), least=0.70)
    report.figure("worker / one event per transaction", statistics.median(speeds) / single, digits=1, least=5)
