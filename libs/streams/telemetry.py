"""The health of a consumer, as ordinary in-process metrics."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from streams.batch import Batch, Outcome


class Telemetry:
    """Counters and gauges of one consuming process, in `registry`."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.counts = {
            "handled": Counter(
                "helpdesk_events_handled_total", "Events taken into the numbers.", registry=registry
            ),
            "duplicate": Counter(
                "helpdesk_events_duplicate_total", "Events that had been seen before.", registry=registry
            ),
            "late": Counter(
                "helpdesk_events_late_total",
                "Events older than the newest of their ticket.",
                registry=registry,
            ),
        }
        self.dead = Counter(
            "helpdesk_events_dead_total",
            "Messages that can never be processed.",
            ["reason"],
            registry=registry,
        )
        self.lag = Gauge(
            "helpdesk_consumer_lag_messages",
            "Messages not yet processed.",
            ["topic", "partition"],
            registry=registry,
        )
        self.visible = Histogram(
            "helpdesk_event_visible_seconds",
            "From the broker's receipt of an event to its numbers being stored.",
            buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600),
            registry=registry,
        )
        self.retries = Counter(
            "helpdesk_batch_retries_total",
            "Batches begun again, by cause.",
            ["cause"],
            registry=registry,
        )
        self.gaps = Counter(
            "helpdesk_log_gaps_total",
            "Times that messages were gone from the topic before they were read.",
            ["topic", "partition"],
            registry=registry,
        )

    def processed(self, batch: Batch, outcome: Outcome, now: float) -> None:
        """Count what `batch` led to, whose effects are stored since `now` (seconds since the epoch)."""
        for name, count in outcome.counts.items():
            self.counts[name].inc(count)
        for dead in outcome.dead:
            self.dead.labels(dead.reason).inc()
        for record in batch.records[:: max(1, len(batch.records) // 20)]:
            self.visible.observe(max(0.0, now - record.timestamp / 1000))
