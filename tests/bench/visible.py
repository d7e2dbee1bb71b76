"""How soon `/metrics` shows what a webhook said, through ingest, broker, worker, store and web."""

import http.client
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from itertools import count

from bench.parts import Mongo, Parts
from bench.posting import ask, connected, paced, request
from bench.report import Report
from bench.traffic import messages
from bench.usage import spent
from events.codec import key
from harness.services import environment, ingest, metrics, worker
from harness.signing import standard_webhooks
from harness.wait import until
from runtime.progress import progress
from streams.partitioner import hash_of

RATE = 300
PROBES = 10
"""Of these webhooks a second, which are looked for on /metrics."""
SECONDS = 40
WARM = 5
"""Seconds at the beginning that don't count."""
SCRAPES = 0.2
"""Seconds from a scrape's answer to the next scrape: half of it is added to what is seen, on average."""
LOOKS = 0.02
PARTITIONS = 4
SECRET = "bench-secret"
DATABASE = "bench-visible"
_SHOWN = re.compile(r'^helpdesk_tickets_created_total\{.*team="probe-(\d)".*\} (\S+)$', re.MULTILINE)


class Seen:
    """When so many probes of each partition had come to a place. A partition keeps their order, so that a
    count tells which they are."""

    def __init__(self) -> None:
        self.moments: list[list[float]] = [[] for _ in range(PARTITIONS)]

    def note(self, partition: int, counted: int) -> None:
        """`counted` probes of `partition` are there now."""
        known = self.moments[partition]
        known += [time.perf_counter()] * (counted - len(known))

    def since(self, earlier: "Seen") -> list[float]:
        """Seconds from `earlier` to here for each probe but those of the first WARM seconds; sorted."""
        skipped = WARM * PROBES // PARTITIONS
        pairs = zip(earlier.moments, self.moments, strict=True)
        both = [pair for was, now in pairs for pair in zip(was[skipped:], now[skipped:], strict=True)]
        return sorted(now - was for was, now in both)

    def holds(self, other: "Seen") -> bool:
        """Whether all probes of `other` are here."""
        return all(len(a) >= len(b) for a, b in zip(self.moments, other.moments, strict=True))


def measure(parts: Parts, report: Report) -> None:
    """Seconds from a webhook's answer until it is stored, and until a scrape shows it."""
    config = parts.directory / "deskpulse.yml"
    config.write_text("sources: {acme: {adapter: cloudevents, secrets: [env:BENCH_SECRET]}}")
    env = environment(parts.stack, DATABASE, DESKPULSE_CONFIG=str(config), BENCH_SECRET=SECRET)
    answered, stored, shown = Seen(), Seen(), Seen()
    with ExitStack() as stack:
        starters = {"ingest": ingest, "worker": worker, "web": metrics}
        services = {
            name: stack.enter_context(start(env, parts.directory)) for name, start in starters.items()
        }
        groups = {name: service.child.process.pid for name, service in services.items()}
        web = http.client.HTTPConnection("127.0.0.1", services["web"].port, timeout=30)
        scrape = _Scrape(web, shown)
        stack.enter_context(closing(web))
        stack.enter_context(_repeated(lambda: _look(parts.mongo, stored), LOOKS))
        stack.enter_context(_repeated(scrape, SCRAPES))
        with spent(parts.groups(**groups)) as usage, _background(services["ingest"].port):
            _probe(services["ingest"].port, answered)
            until(lambda: shown.holds(answered) and stored.holds(answered), 30, "the last probes to be shown")
    report.say(f"cores: {usage}")
    report.say(
        f"a scrape took {_ms(sorted(scrape.seconds))}, {scrape.bytes:,} bytes, and again after {SCRAPES} s"
    )
    report.say(f"answered → stored: {_ms(stored.since(answered))}")
    report.say(f"answered → on /metrics: {_ms(shown.since(answered))}")
    name = f"webhook answered → on /metrics at {RATE}/s"
    report.figure(f"{name}, p50", _at(shown.since(answered), 0.5), "s")
    report.figure(f"{name}, p99", _at(shown.since(answered), 0.99), "s", most=1)


def _at(ordered: list[float], part: float) -> float:
    return ordered[int(len(ordered) * part)]


def _ms(ordered: list[float]) -> str:
    p50, p99 = (1000 * _at(ordered, part) for part in (0.5, 0.99))
    return f"p50 {p50:.0f} ms, p99 {p99:.0f} ms"


class _Scrape:
    """Scrapes once a call."""

    def __init__(self, web: http.client.HTTPConnection, shown: Seen) -> None:
        self._web = web
        self._shown = shown
        self.seconds: list[float] = []
        self.bytes = 0

    def __call__(self) -> None:
        begun = time.perf_counter()
        self._web.request("GET", "/metrics")
        text = self._web.getresponse().read().decode()
        counted = {int(partition): int(float(value)) for partition, value in _SHOWN.findall(text)}
        for partition, value in counted.items():
            self._shown.note(partition, value)
        self.seconds.append(time.perf_counter() - begun)
        self.bytes = len(text)


def _look(mongo: Mongo, stored: Seen) -> None:
    """What the aggregates hold, committed, whatever shows it."""
    teams = {f"probe-{partition}": partition for partition in range(PARTITIONS)}
    for document in mongo[DATABASE]["totals"].find(
        {"team": {"$in": list(teams)}}, {"team": 1, "n.created": 1}
    ):
        stored.note(teams[document["team"]], document["n"].get("created", 0))


@contextmanager
def _repeated(act: Callable[[], None], pause: float) -> Iterator[None]:
    """`act` again and again beside the block."""
    over = threading.Event()

    def repeat() -> None:
        while not over.wait(pause):
            act()

    thread = threading.Thread(target=repeat)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@contextmanager
def _background(port: int) -> Iterator[None]:
    """The webhooks that aren't looked for: tickets' ordinary lives, beside the block."""
    rate = RATE - PROBES
    values = [message.value for message in messages(rate * SECONDS // 5, seed=1)]
    requests = [_delivery(value) for value in values]
    thread = threading.Thread(
        target=paced, args=(port, requests), kwargs={"connections": 16, "rate": rate, "seconds": SECONDS}
    )
    thread.start()
    yield
    thread.join()


def _probe(port: int, answered: Seen) -> None:
    """Post probes one after the other, to one partition after the other."""
    subjects = {partition: _subjects(partition) for partition in range(PARTITIONS)}
    begun = time.perf_counter()
    with connected(port) as line, progress("probes", PROBES * SECONDS) as advance:
        for number in range(PROBES * SECONDS):
            time.sleep(max(0.0, begun + number / PROBES - time.perf_counter()))
            partition = number % PARTITIONS
            ask(line, _delivery(_probe_event(next(subjects[partition]), partition)))
            answered.note(partition, number // PARTITIONS + 1)
            advance(1)


def _subjects(partition: int) -> Iterator[str]:
    """Tickets that live in `partition`."""
    names = (f"probe-{number}" for number in count())
    return (name for name in names if hash_of(key("acme", name).encode()) % PARTITIONS == partition)


def _probe_event(subject: str, partition: int) -> bytes:
    event = {
        "specversion": "1.0",
        "id": subject,
        "source": "acme",
        "subject": subject,
        "type": "ticket.created",
        "time": datetime.now(UTC).isoformat(),
        "data": {"team": f"probe-{partition}"},
    }
    return json.dumps(event).encode()


def _delivery(body: bytes) -> bytes:
    return request("/webhooks/acme", body, standard_webhooks(SECRET, body, datetime.now(UTC)))
