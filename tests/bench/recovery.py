"""How soon nothing waits any more after a worker has been killed."""

import json
import statistics
from collections import deque
from contextlib import ExitStack
from time import monotonic

from bench.parts import Mongo, Parts
from bench.report import Report
from bench.traffic import messages
from faults import check
from faults.load import Load
from harness.services import RunningService, environment, worker
from harness.wait import until
from streams.membership import Subscription

RATE = 300
TRIES = 5
TICKETS = 12_000
SHARES = 4
AIM = 5.0
FRESH = 0.5
DATABASE = "bench-recovery"
SECONDS = 60
SESSION = Subscription("", "", "").session_timeout
"""Seconds after which the group gives up a member that is silent."""


def measure(parts: Parts, report: Report) -> None:
    """Seconds from the kill of one of two workers until everything published is processed."""
    env = environment(parts.stack, DATABASE)
    wires = [json.loads(message.value) for message in messages(TICKETS, seed=1)]
    taken, whole = [], []
    with ExitStack() as stack, Load(parts.kafka, wires, RATE) as load:
        workers = [stack.enter_context(worker(env, parts.directory)) for _ in range(2)]
        for number in range(TRIES):
            _await_no_lag(parts.mongo, load)
            over, caught_up = _kill(parts.mongo, load, workers.pop(0))
            taken.append(over)
            whole.append(caught_up)
            report.say(f"try {number + 1}: taken over after {over:.1f} s, no lag after {caught_up:.1f} s")
            workers.append(stack.enter_context(worker(env, parts.directory)))
    beyond = [seconds - SESSION for seconds in whole]
    report.figure("partitions taken over after a kill, median", statistics.median(taken), "s", digits=1)
    report.figure("no lag after a kill, median", statistics.median(whole), "s", digits=1)
    name = f"no lag after a kill, most, beyond the session's {SESSION:.0f} s"
    report.figure(name, max(beyond), "s", digits=1, most=AIM)


def _kill(mongo: Mongo, load: Load, victim: RunningService) -> tuple[float, float]:
    """Seconds until all partitions move again, and until nothing waits."""
    victim.kill()
    killed = monotonic()
    # What the dead one had sent before its end is in the store by then.
    until(lambda: monotonic() > killed + 0.5, 5, "its last batch to be stored")
    stood = check.consumed(mongo, DATABASE)
    until(lambda: _all_moved(stood, check.consumed(mongo, DATABASE)), SECONDS, "the partitions to move on")
    taken = monotonic() - killed
    _await_no_lag(mongo, load)
    return taken, monotonic() - killed


def _all_moved(before: dict[int, int], now: dict[int, int]) -> bool:
    return len(now) == SHARES and all(now[partition] > offset for partition, offset in before.items())


def _await_no_lag(mongo: Mongo, load: Load) -> None:
    """Return once all that was published FRESH seconds ago is processed; newer ones are always under way."""
    published: deque[tuple[float, int]] = deque()

    def no_lag() -> bool:
        published.append((monotonic(), load.published))
        while len(published) > 1 and published[1][0] <= monotonic() - FRESH:
            published.popleft()
        since, count = published[0]
        return monotonic() - since >= FRESH and check.progress(mongo, DATABASE) >= count

    until(no_lag, SECONDS, "nothing to wait any more")
