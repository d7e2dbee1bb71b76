"""Whether a worker's memory grows with the tickets behind it."""

import json
import random
from collections.abc import Mapping
from datetime import timedelta

from bench.filling import fill
from bench.parts import Parts
from bench.report import Report
from bench.traffic import CHANNELS, PRIORITIES, START, TEAMS
from bench.usage import most_memory
from events.codec import key
from events.topics import EVENTS
from faults import check
from harness.services import environment, worker
from harness.wait import until
from metrics.batch import Ways
from metrics.store import Store
from streams.publisher import Message

FEW, MANY = 10_000, 500_000
STRETCH = 40_000
"""Events that a worker works off at either size: comments on any of the tickets there are."""
PARTITIONS = 4
DATABASE = "bench-memory"
SECONDS = 300


def measure(parts: Parts, report: Report) -> None:
    """The most memory of a worker at MANY tickets to that at FEW, each after the same number of events."""
    env = environment(parts.stack, DATABASE)
    with worker(env, parts.directory):
        # It makes the collections, and notes that the topic of facts holds all there is: nothing. Else it
        # would first publish what is put into the store past it.
        pass
    store = Store(parts.mongo[DATABASE])
    ways = Ways(3600)
    mebibytes = {}
    filled = published = 0
    for tickets in (FEW, MANY):
        fill(store, ways, range(filled, tickets), _created, partitions=PARTITIONS)
        filled = tickets
        # Before the worker starts, so that it finds full batches at either size.
        parts.publish([_comment(random.Random(f"{tickets}-{n}"), tickets, n) for n in range(STRETCH)])
        published += STRETCH
        with worker(env, parts.directory) as running:
            _await(parts, published)
            mebibytes[tickets] = most_memory(running.child.process.pid)
        report.say(f"{tickets:,} tickets: {mebibytes[tickets]:.0f} MiB at most over {STRETCH:,} events")
    few, many = mebibytes[FEW], mebibytes[MANY]
    report.figure(f"worker's memory at {MANY:,} / at {FEW:,} tickets", many / few, most=1.3)


def _await(parts: Parts, goal: int) -> None:
    until(lambda: check.progress(parts.mongo, DATABASE) >= goal, SECONDS, "the stretch to be done")


def _created(number: int) -> bytes:
    data = {
        "status": "new",
        "team": TEAMS[number % len(TEAMS)],
        "priority": PRIORITIES[number % 3],
        "channel": CHANNELS[number % len(CHANNELS)],
    }
    return _event("ticket.created", f"c{number}", number, number % 2_000_000, data)


def _comment(rng: random.Random, tickets: int, number: int) -> Message:
    ticket = rng.randrange(tickets)
    data = {"author": {"kind": rng.choice(("agent", "customer")), "id": f"a{rng.randrange(30)}"}}
    raw = _event("ticket.commented", f"{tickets}-{number}", ticket, 2_000_000 + number, data)
    return Message(EVENTS, key("acme", str(ticket)).encode(), raw)


def _event(kind: str, name: str, ticket: int, second: int, data: Mapping[str, object]) -> bytes:
    event = {
        "specversion": "1.0",
        "id": name,
        "source": "acme",
        "subject": str(ticket),
        "type": kind,
        "time": (START + timedelta(seconds=second)).isoformat(),
        "data": data,
    }
    return json.dumps(event).encode()
