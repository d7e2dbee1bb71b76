"""What deadlines cost while none is due, and how fast business time is computed."""

import statistics
import time
from collections.abc import Callable
from typing import Any

from bench.filling import fill
from bench.parts import Mongo, Parts
from bench.report import Report
from calendars.business import after, business
from calendars.config import calendars
from metrics.batch import Ways
from metrics.sla.policy import rules
from metrics.store import Store
from metrics.worker import TicketHandler

OPEN = 100_000
LOOKS = 2000
CALLS = 50_000
HOUR = 3_600_000_000
CALENDARS = calendars(
    {
        "istanbul": {
            "timezone": "Europe/Istanbul",
            "hours": {"mon-fri": ["09:00-12:30", "13:30-18:00"], "sat": ["10:00-14:00"]},
            "holidays": {"country": "TR"},
        }
    }
)
RULES = rules([{"name": "all", "calendar": "istanbul", "targets": {"resolution": "30d"}}], CALENDARS, {})


def measure(parts: Parts, report: Report) -> None:
    """What a look for due deadlines costs beside a ping of the store, and business time a second."""
    mongo = parts.mongo
    handler = _filled(mongo)
    now = time.time_ns() // 1000
    look = _each(lambda: handler.is_due(0, now), LOOKS)
    ping = _each(lambda: mongo.admin.command("ping"), LOOKS)
    report.figure(f"look for due deadlines among {OPEN:,} open tickets / ping of the store", look / ping)
    calendar = CALENDARS["istanbul"]
    start = now - 400 * 24 * HOUR
    spans = [(start + n * HOUR // 7, start + n * HOUR // 7 + n * HOUR // 500) for n in range(CALLS)]
    for name, call in (("business", business), ("after", after)):
        call(calendar, *spans[-1])
        begin = time.perf_counter()
        for start, end in spans:
            call(calendar, start, end if call is business else end - start)
        report.figure(f"{name}()", CALLS / (time.perf_counter() - begin), "a second", digits=0)


def _each(call: Callable[[], Any], times: int) -> float:
    """The median of `times` calls, in seconds."""
    costs = []
    for _ in range(times):
        begin = time.perf_counter()
        call()
        costs.append(time.perf_counter() - begin)
    return statistics.median(costs)


def _filled(mongo: Mongo) -> TicketHandler:
    """A handler over a store with OPEN unresolved tickets, none of which is due."""
    store, ways = Store(mongo["bench-deadlines"]), Ways(3600, RULES)
    store.prepare()
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()).encode()
    fill(store, ways, range(OPEN), lambda number: _created(number, now))
    return TicketHandler(store, ways)


def _created(number: int, now: bytes) -> bytes:
    return (
        b'{"specversion":"1.0","id":"%d","source":"acme","type":"ticket.created",'
        b'"subject":"%d","time":"%s","data":{}}' % (number, number, now)
    )
