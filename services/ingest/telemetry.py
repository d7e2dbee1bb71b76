"""What ingest counts about itself, in a registry of its own."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from events.types import PostedEvent
from ingest.sources.contract import Reading

UNKNOWN: Final = "unknown"
_DURABLE: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_LATENESS: Final = (1, 10, 60, 300, 3600, 21_600, 86_400, 259_200, 604_800)
_RECENT: Final = 100_000
_UNMAPPED: Final = ("status", "priority", "author", "survey")


class Telemetry:
    """Counters of one process. `registry` is what `/metrics` shows; series of `sources` start at 0."""

    def __init__(self, sources: Sequence[str], reasons: Sequence[str]) -> None:
        self.registry = CollectorRegistry()
        self._sources = frozenset(sources)
        self.recent = Recent(_RECENT)
        self._accepted = self._counter(
            "helpdesk_ingest_events_accepted_total",
            "Events that are durable and the sender was told so, repeats included.",
            "source",
        )
        self._duplicates = self._counter(
            "helpdesk_ingest_events_duplicate_total",
            f"Accepted events among whose {_RECENT} predecessors in this process was the same one.",
            "source",
        )
        self._empty = self._counter(
            "helpdesk_ingest_deliveries_empty_total",
            "Accepted deliveries that said nothing to count: pings, kinds of events that mean nothing here.",
            "source",
        )
        self._unmapped = self._counter(
            "helpdesk_ingest_unmapped_words_total",
            "Words of the tool that neither its adapter nor the configuration knows.",
            "source",
            "field",
        )
        self._rejected = self._counter(
            "helpdesk_ingest_requests_rejected_total",
            "Requests of which nothing was accepted, by reason.",
            "source",
            "reason",
        )
        self._last = Gauge(
            "helpdesk_ingest_last_delivery_timestamp_seconds",
            "When the last delivery was accepted.",
            ["source"],
            registry=self.registry,
        )
        self._lateness = Histogram(
            "helpdesk_ingest_lateness_seconds",
            "From what an event says of its time to its receipt.",
            ["source"],
            buckets=_LATENESS,
            registry=self.registry,
        )
        self._durable = Histogram(
            "helpdesk_ingest_durable_seconds",
            "From the receipt of a request until all its events were durable.",
            buckets=_DURABLE,
            registry=self.registry,
        )
        # Looked up once: finding a label's series costs more than counting.
        self._events = {source: self._begun(source) for source in sources}
        for source in (*sources, UNKNOWN):
            for reason in reasons:
                self._rejected.labels(source, reason)

    def accepted(self, reading: Reading, received_at: datetime, seconds: float) -> None:
        """All events of a request, received at `received_at`, became durable after `seconds`."""
        for event in reading.events:
            series = self._events[event.source]
            series.accepted.inc()
            if self.recent.seen(event):
                series.duplicates.inc()
            series.lateness.observe(max(0.0, (received_at - event.time).total_seconds()))
        self._durable.observe(seconds)

    def delivered(self, source: str, reading: Reading, received_at: datetime) -> None:
        """The webhook of `source` took a delivery."""
        self._events[source].last.set(received_at.timestamp())
        if not reading.events:
            self._empty.labels(source).inc()
        for word in reading.unmapped:
            self._unmapped.labels(source, word.field).inc()

    def rejected(self, source: str | None, reason: str) -> None:
        """A request was refused; `source` is the name in its path, if it has one."""
        known = source if source in self._sources else None
        self._rejected.labels(known or UNKNOWN, reason).inc()

    def gauge(self, name: str, what: str, value: Callable[[], float]) -> None:
        """Show `value` as the gauge `name`."""
        Gauge(name, what, registry=self.registry).set_function(value)

    def _counter(self, name: str, what: str, *labels: str) -> Counter:
        return Counter(name, what, labels, registry=self.registry)

    def _begun(self, source: str) -> "_Series":
        self._empty.labels(source)
        for field in _UNMAPPED:
            self._unmapped.labels(source, field)
        return _Series(
            self._accepted.labels(source),
            self._duplicates.labels(source),
            self._lateness.labels(source),
            self._last.labels(source),
        )


@dataclass(frozen=True, slots=True)
class _Series:
    """What every delivery of a source touches."""

    accepted: Counter
    duplicates: Counter
    lateness: Histogram
    last: Gauge


class Recent:
    """The last `size` events' identities, as hashes."""

    def __init__(self, size: int) -> None:
        self._known: set[int] = set()
        self._order: deque[int] = deque()
        self._size = size
        self._lock = Lock()

    def __contains__(self, event: PostedEvent) -> bool:
        return hash((event.source, event.id)) in self._known

    def seen(self, event: PostedEvent) -> bool:
        """Whether `event` was durable before; it is now."""
        identity = hash((event.source, event.id))
        with self._lock:
            if identity in self._known:
                return True
            self._known.add(identity)
            self._order.append(identity)
            if len(self._order) > self._size:
                self._known.discard(self._order.popleft())
            return False
