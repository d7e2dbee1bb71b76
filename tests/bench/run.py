"""`make bench`: the real parts, measured against aims. Ratios hold on a noisy machine, seconds do not.

make bench [BROKER=tansu|apache] [ONLY=name,…]
"""

import gc
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from bench import (
    deadlines,
    history,
    machine,
    memory,
    one_worker,
    recovery,
    scrape,
    shares,
    two_workers,
    visible,
    webhooks,
)
from bench.parts import Parts, new_parts
from bench.report import Report
from harness.parts import BROKERS, CHOSEN
from local.failure import CannotRun

Measurement = Callable[[Parts, Report], None]

MEASUREMENTS: Final[dict[str, tuple[Measurement, str]]] = {
    "worker": (one_worker.measure, "one worker beside its floor, and beside one event per transaction"),
    "shares": (shares.measure, "where a worker's time goes while it works off history"),
    "two-workers": (two_workers.measure, "two workers against one, on the same backlog"),
    "visible": (visible.measure, "from a webhook's 202 until /metrics shows it, at 300 webhooks/s"),
    "recovery": (recovery.measure, "back to zero lag after one of two workers is killed"),
    "memory": (memory.measure, "a worker with 10,000 and with 500,000 tickets behind it"),
    "import": (history.measure, "the history of a file, until it is in the aggregates"),
    "scrape": (scrape.measure, "a scrape with few and with many tickets"),
    "deadlines": (deadlines.measure, "looking for due deadlines, and business time"),
    "webhooks": (webhooks.measure, "webhooks verified, read and durable, beside a bare route"),
}


def main() -> None:
    """Measure what the first argument names (between commas; everything without), and print it."""
    wanted = [name for name in "".join(sys.argv[1:2]).split(",") if name] or list(MEASUREMENTS)
    if unknown := [name for name in wanted if name not in MEASUREMENTS]:
        sys.exit(f"bench: there is no {', '.join(unknown)}; there is: {', '.join(MEASUREMENTS)}")
    gc.set_threshold(100_000, 50, 100)  # as the worker does
    if CHOSEN not in BROKERS:
        sys.exit(f"bench: there is no broker {CHOSEN}; there is: {', '.join(BROKERS)}")
    report, begun = Report(), time.monotonic()
    report.say(f"machine: {machine.machine()}")
    with tempfile.TemporaryDirectory(prefix="deskpulse-bench-") as folder:
        for number, name in enumerate(wanted):
            measurement, about = MEASUREMENTS[name]
            with new_parts(Path(folder) / name) as parts:
                if not number:
                    report.say(f"versions: {machine.versions(parts.mongo)}")
                report.begin(name, about)
                measurement(parts, report)
    report.table()
    report.say(f"{(time.monotonic() - begun) / 60:.1f} minutes")


if __name__ == "__main__":
    try:
        main()
    except CannotRun as why:
        sys.exit(f"bench: {why}")
