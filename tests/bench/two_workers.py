"""How much faster two workers are than one."""

import statistics
from contextlib import ExitStack

from bench.parts import Parts
from bench.report import Report
from bench.traffic import messages
from bench.usage import Usage, spent
from faults import check
from harness.services import environment, worker
from harness.wait import until

TICKETS = 4000
"""Of five events each, in every round."""
ROUNDS = 3
DATABASE = "bench-two-workers"
SECONDS = 180


def measure(parts: Parts, report: Report) -> None:
    """Events a second of two workers over those of one, in rounds that take turns."""
    speeds: dict[int, list[float]] = {1: [], 2: []}
    for number in range(ROUNDS):
        # What runs later finds more in the store: each goes first as often as it can.
        for count in (1, 2) if number % 2 else (2, 1):
            speed, usage = _run(parts, count, seed=10 * number + count)
            speeds[count].append(speed)
            report.say(f"round {number + 1}: {count} × {speed / count:,.0f} events/s; cores: {usage}")
    one, two = speeds[1], speeds[2]
    report.figure("one worker process", statistics.median(one), "events/s", digits=0)
    report.figure("two worker processes", statistics.median(two), "events/s", digits=0)
    ratios = [both / alone for alone, both in zip(one, two, strict=True)]
    report.figure("two workers / one", statistics.median(ratios))


def _run(parts: Parts, count: int, seed: int) -> tuple[float, Usage]:
    """Events a second of `count` workers that have their shares already when the backlog comes."""
    backlog = messages(TICKETS, seed=seed)
    with ExitStack() as stack:
        workers = [
            stack.enter_context(worker(environment(parts.stack, DATABASE), parts.directory))
            for _ in range(count)
        ]
        goal = check.progress(parts.mongo, DATABASE) + len(backlog)
        groups = {f"worker {n + 1}": one.child.process.pid for n, one in enumerate(workers)}
        # While MongoDB stands still nobody can begin before all of it is there.
        with parts.mongod.paused():
            parts.publish(backlog)
        with spent(parts.groups(**groups)) as usage:
            until(lambda: check.progress(parts.mongo, DATABASE) >= goal, SECONDS, "the backlog to be done")
        # In the order in which they came: the embedded broker takes no new member where the eldest left last.
        for one in workers:
            one.stop()
    return len(backlog) / usage.wall, usage
