"""A process that forks a worker for each line that it reads.

`nursery.py MODULE SESSION`: the group takes each worker for dead after SESSION seconds of silence, and it
tells in a Pulse what it is at. A line names the worker's log; the pulse lies beside it. The answer is a pid.
"""

import importlib
import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial, wraps
from pathlib import Path
from typing import Any, Final

from pymongo.client_session import ClientSession

from events.topics import EVENTS, FEEDBACK
from faults.forking import fork, have_imported
from faults.pulse import SUFFIX, Pulse, Step
from streams import consumer
from streams.consumer import ExactlyOnce
from streams.membership import Assignment, Subscription, join
from streams.positions import Positions
from streams.renewal import Renewal
from streams.telemetry import Telemetry

_HANDLERS: Final = {
    "metrics": ("metrics.worker", ("TicketHandler",)),
    "feedback": ("feedback.worker", ("TicketsHandler", "FeedbackHandler")),
}
"""Module → where its handlers are."""
_TOPICS: Final = {"metrics": EVENTS, "feedback": FEEDBACK}
"""Module → what its main thread reads, which is what the pulse follows."""


def main() -> None:
    """Fork until the input ends, which it does with the test; the workers end with this process."""
    module, session = sys.argv[1], float(sys.argv[2])
    have_imported(module)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead need no burial
    for line in sys.stdin:
        log = Path(line.rstrip("\n"))
        print(fork(module, log, partial(_prepare, module, log, session)), flush=True)


def _prepare(module: str, log: Path, session: float) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    pulse = Pulse(log.with_suffix(SUFFIX))
    _watch_joins(pulse, _TOPICS[module], session)
    _tell(pulse, module)


def _watch_joins(pulse: Pulse, topic: str, session: float) -> None:
    """Have members' sessions be so short, and `pulse` know of the share in `topic`."""

    def joined(subscription: Subscription, assignment: Assignment) -> Any:
        if subscription.topic == topic:
            _wrap(assignment, "on_partitions_revoked", before=lambda: pulse.share(given=False))
            _wrap(assignment, "on_partitions_assigned", after=lambda: pulse.share(given=True))
        return join(replace(subscription, session_timeout=session), assignment)

    vars(consumer)["join"] = joined


def _tell(pulse: Pulse, module: str) -> None:
    """Have `pulse` follow the worker, which is stopped as it stands where it is to halt."""

    def reach(step: Step | None) -> None:
        main = threading.current_thread() is threading.main_thread()
        if step is not None and main and pulse.reach(step):
            os.kill(os.getpid(), signal.SIGSTOP)

    def at(owner: type, method: str, before: Step | None = None, after: Step | None = None) -> None:
        _wrap(owner, method, before=lambda: reach(before), after=lambda: reach(after))

    where, handlers = _HANDLERS[module]
    for name in handlers:
        handler = getattr(importlib.import_module(where), name)
        at(handler, "process", before=Step.BATCH, after=Step.WRITTEN)
        at(handler, "republish", after=Step.RETELLING)
    at(ExactlyOnce, "turn", before=Step.WAITING)
    at(Positions, "load", after=Step.ADOPTING)
    at(Renewal, "complete", after=Step.WAITING)
    at(Positions, "move", after=Step.MOVED)
    at(ClientSession, "commit_transaction", after=Step.STORED)
    _wrap(Telemetry, "processed", after=pulse.count)


def _wrap(
    owner: object,
    method: str,
    *,
    before: Callable[[], object] = lambda: None,
    after: Callable[[], object] = lambda: None,
) -> None:
    """Have `owner`'s `method` do `before` and, where it raises nothing, `after` besides what it does."""
    step = getattr(owner, method)

    @wraps(step)
    def done(*args: Any, **options: Any) -> Any:
        before()
        result = step(*args, **options)
        after()
        return result

    setattr(owner, method, done)


if __name__ == "__main__":
    main()
