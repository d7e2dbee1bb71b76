"""A process that forks a worker for each line that it reads, one after the other.

`crashing_child.py SERVICE`; a line is {"log": …, "trace": …, "prefix": …, "point": …, "nth": …}. The worker
writes a trace and kills itself when it comes to `point` for the `nth` time ("": never); the names of the
groups that it joins have `prefix` before them. The answer is two lines: its pid, and once it is dead its exit
code.
"""

import json
import os
import sys
from dataclasses import replace
from pathlib import Path

from faults.crashing_effects import Trace, install
from faults.forking import die_with_parent, fork, have_imported
from streams import consumer
from streams.membership import Assignment, Member, Subscription, join


def main() -> None:
    """One worker after the other until the input ends."""
    service = sys.argv[1]
    die_with_parent()
    have_imported(service)
    for line in sys.stdin:
        pid = _start(service, **json.loads(line))
        print(pid, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


def _start(service: str, log: str, trace: str, prefix: str, point: str, nth: int) -> int:
    def prepare() -> None:
        install(Trace(Path(trace), point, nth))
        _join_groups_of(prefix)

    return fork(service, Path(log), prepare)


def _join_groups_of(prefix: str) -> None:
    def joined(subscription: Subscription, assignment: Assignment) -> Member:
        return join(replace(subscription, group=prefix + subscription.group), assignment)

    vars(consumer)["join"] = joined


if __name__ == "__main__":
    main()
