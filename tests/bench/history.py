"""How fast history comes in from a file: the importer, the worker, and both at once."""

import csv
import random
import re
import resource
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from datetime import timedelta
from pathlib import Path

from bench.parts import Parts
from bench.report import Report
from bench.traffic import START
from bench.usage import Usage, spent
from faults import check
from harness.services import RunningService, environment, worker
from harness.wait import until

TICKETS = 8000
"""Of five rows each."""
ROUNDS = 2
MAPPING = Path(__file__).parents[2] / "examples/mappings/helpdesk-log.yml"
STEPS = ("Assign seriousness", "Take in charge ticket", "Wait", "Resolve ticket", "Closed")
AIM = 5000
DATABASE = "bench-history"
SECONDS = 180


def measure(parts: Parts, report: Report) -> None:
    """Events a second of an import until the last is in the aggregates, and of its halves alone."""
    file = parts.directory / "log.csv"
    write(file)
    with spent(parts.groups()) as usage:
        total = run_import(parts, file, "alone", usage)
    _tell(report, "importer alone", total, usage)
    env = environment(parts.stack, DATABASE)
    with ExitStack() as stack:
        workers = {"worker": stack.enter_context(worker(env, parts.directory))}
        with _spent(parts, workers) as usage:
            left = total - check.progress(parts.mongo, DATABASE)
            _await(parts, total)
        _tell(report, "worker alone", left, usage)
        one = _rounds(parts, report, file, workers)
        report.figure(
            "import with one worker, until all is in the aggregates", one, "events/s", digits=0, least=AIM
        )
        workers["second worker"] = stack.enter_context(worker(env, parts.directory))
        two = _rounds(parts, report, file, workers)
        report.figure("import with two workers", two, "events/s", digits=0)


def _rounds(parts: Parts, report: Report, file: Path, workers: dict[str, RunningService]) -> float:
    """Events a second from the start of an import until `workers` have put all of it into the aggregates."""
    speeds = []
    for number in range(ROUNDS):
        stands = check.progress(parts.mongo, DATABASE)
        with _spent(parts, workers) as usage:
            count = run_import(parts, file, f"history-{len(workers)}-{number}", usage)
            _await(parts, stands + count)
        speeds.append(count / usage.wall)
        _tell(report, f"importer and {', '.join(workers)}", count, usage)
    return statistics.median(speeds)


def _spent(parts: Parts, workers: dict[str, RunningService]) -> AbstractContextManager[Usage]:
    return spent(parts.groups(**{name: each.child.process.pid for name, each in workers.items()}))


def _tell(report: Report, what: str, count: int, usage: Usage) -> None:
    report.say(f"{what}: {count:,} events, {count / usage.wall:,.0f} events/s; cores: {usage}")
    report.say(f"  an event takes {usage.milliseconds_per(count)}")


def _await(parts: Parts, total: int) -> None:
    until(lambda: check.progress(parts.mongo, DATABASE) >= total, SECONDS, "all to be in the aggregates")


def run_import(parts: Parts, file: Path, source: str, usage: Usage) -> int:
    """Import `file` as history of `source`; gives how many events are durable then."""
    before = _children_seconds()
    done = subprocess.run(
        [
            *(sys.executable, "-m", "ingest", "import", str(file), "--mapping", str(MAPPING)),
            *("--source", source, "--state", str(parts.directory / f"{source}.state.json")),
        ],
        env=environment(parts.stack, DATABASE),
        capture_output=True,
        text=True,
        check=False,
    )
    usage.seconds["importer"] = _children_seconds() - before
    found = re.search(r"([\d,]+) events are durable", done.stderr)
    assert found, done.stderr
    return int(found[1].replace(",", ""))


def _children_seconds() -> float:
    """CPU seconds of the processes that have ended."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime


def write(file: Path) -> None:
    """A log of TICKETS tickets in the columns of MAPPING, its rows in the order of their times."""
    with file.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.writer(opened)
        writer.writerow(("time:timestamp", "case:concept:name", "Activity", "Resource"))
        writer.writerows(sorted(_rows()))


def _rows() -> Iterator[tuple[str, str, str, str]]:
    rng = random.Random(1)
    for ticket in range(TICKETS):
        moment = START + timedelta(seconds=rng.randrange(90 * 86_400))
        agent = f"agent-{rng.randrange(30)}"
        for step in STEPS:
            yield moment.isoformat(sep=" "), f"Case {ticket}", step, agent
            moment += timedelta(seconds=rng.randrange(1, 3 * 3600))
