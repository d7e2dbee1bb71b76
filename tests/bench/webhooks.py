"""Webhooks a second, verified, read and durable, against a route that only reads the body."""

import os
import statistics
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from bench.parts import Parts
from bench.posting import flood, paced, request
from bench.report import Report
from harness.services import environment, ingest
from harness.signing import zendesk
from local import ports, process, services

BODIES = 500
CONNECTIONS = 16
SECONDS = 1.5
ROUNDS = 9
SECRET = "bench-secret"


def measure(parts: Parts, report: Report) -> None:
    """The ratio of ingest to the bare route, and ingest's slowest answers at half of its peak."""
    directory = parts.directory
    with ExitStack() as servers:
        config = directory / "deskpulse.yml"
        config.write_text("sources: {desk: {adapter: zendesk, secrets: [env:BENCH_SECRET]}}")
        env = environment(
            parts.stack,
            "none",
            DESKPULSE_CONFIG=str(config),
            BENCH_SECRET=SECRET,
            DESKPULSE_SPOOL_DIR=str(directory / "spool"),
        )
        full = servers.enter_context(ingest(env, directory)).port
        bare = servers.enter_context(_bare(directory))
        requests = _requests()
        report.say(f"{len(requests[0])} bytes each, signed, {CONNECTIONS} connections")
        for port in (bare, full):
            flood(port, requests, connections=CONNECTIONS, seconds=1.0)
        ratios, peaks = [], []
        for number in range(ROUNDS):
            floor = flood(bare, requests, connections=CONNECTIONS, seconds=SECONDS)
            peak = flood(full, requests, connections=CONNECTIONS, seconds=SECONDS)
            ratios.append(peak / floor)
            peaks.append(peak)
            report.say(f"round {number + 1}: {peak:,.0f}/s durable, bare {floor:,.0f}/s, {peak / floor:.2f}")
        half = statistics.median(peaks) / 2
        seconds = paced(full, requests, connections=64, rate=half, seconds=10.0)
        report.figure("webhooks durable / bare", statistics.median(ratios), least=0.5)
        p99 = seconds[int(len(seconds) * 0.99)] * 1000
        report.figure(f"webhooks, p99 at half of the peak ({half:,.0f}/s)", p99, "ms", digits=0, most=500)


@contextmanager
def _bare(directory: Path) -> Iterator[int]:
    port = ports.free_port()
    command = [sys.executable, "-m", "bench.bare", str(port)]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    child = process.start("bare", command, log=directory / "bare.log", env=env)
    try:
        services.await_ready(child, port)
        yield port
    finally:
        child.stop()


def _requests() -> list[bytes]:
    """Different tickets' deliveries, signed now: good for the tolerance of five minutes."""
    return [_signed(number) for number in range(BODIES)]


def _signed(number: int) -> bytes:
    body = msgspec.json.encode(
        {
            "account_id": 1,
            "id": f"bench-{number}",
            "type": "zen:event-type:ticket.status_changed",
            "subject": f"zen:ticket:{number}",
            "time": "2026-03-02T09:30:00.123Z",
            "zendesk_event_version": "2022-11-06",
            "detail": {
                "id": str(number),
                "subject": "x" * 60,
                "description": "y" * 400,
                "status": "SOLVED",
                "priority": "HIGH",
                "created_at": "2026-03-02T09:00:00Z",
                "updated_at": "2026-03-02T09:30:00Z",
            },
            "event": {"current": "SOLVED", "previous": "OPEN"},
        }
    )
    return request("/webhooks/desk", body, zendesk(SECRET, body, datetime.now(UTC)))
