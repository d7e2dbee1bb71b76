"""What deadlines cost while none is due, and how fast business time is computed."""

import statistics
import time
from collections.abc import Callable
from typing import Any

from pymongo import MongoClient

from calendars.business import after, business
from calendars.config import calendars
from events.codec import decode_ticket_event
from metrics.batch import News, Ways, plan
from metrics.records import Row
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
Mongo = MongoClient[dict[str, Any]]


def compare(mongo: Mongo) -> None:
    """Print what a look for due deadlines costs beside a ping of the store, and business time a second."""
    store, handler = _filled(mongo)
    now = time.time_ns() // 1000
    look = _each(lambda: handler.is_due(0, now), LOOKS)
    ping = _each(lambda: mongo.admin.command("ping"), LOOKS)
    print(f"look for due deadlines among {OPEN:,} open tickets / ping of the store: {look / ping:.2f}")
    mongo.drop_database(store.database.name)
    calendar = CALENDARS["istanbul"]
    start = now - 400 * 24 * HOUR
    spans = [(start + n * HOUR // 7, start + n * HOUR // 7 + n * HOUR // 500) for n in range(CALLS)]
    for name, call in (("business", business), ("after", after)):
        call(calendar, *spans[-1])
        begin = time.perf_counter()
        for start, end in spans:
            call(calendar, start, end if call is business else end - start)
        print(f"{name}(): {CALLS / (time.perf_counter() - begin):,.0f} a second")


def _each(call: Callable[[], Any], times: int) -> float:
    """The median of `times` calls, in seconds."""
    costs = []
    for _ in range(times):
        begin = time.perf_counter()
        call()
        costs.append(time.perf_counter() - begin)
    return statistics.median(costs)


def _filled(mongo: Mongo) -> tuple[Store, TicketHandler]:
    """A store with OPEN unresolved tickets, none of which is due, and the handler over it."""
    print(f"  opening {OPEN:,} tickets …")
    mongo.drop_database("bench-deadlines")
    store = Store(mongo["bench-deadlines"])
    store.prepare()
    ways = Ways(3600, RULES)
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    for start in range(0, OPEN, 5000):
        rows: list[Row] = []
        for number in range(start, start + 5000):
            event = decode_ticket_event(
                b'{"specversion":"1.0","id":"e","source":"acme","type":"ticket.created",'
                b'"subject":"%d","time":"%s","data":{}}' % (number, now.encode())
            )
            todo = plan({"new": News({"e": event})}, {}, lambda _: {}, ways, time.time_ns() // 1000)
            rows += [change.row for change in todo.changes]
        store.save(0, [], rows, None)
    return store, TicketHandler(store, ways)
