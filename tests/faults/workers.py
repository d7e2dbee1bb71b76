"""Workers that start within milliseconds, tell what they are at, and are killed, stopped and woken."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from faults import nursery
from faults.pulse import SUFFIX, Pulse, Step
from harness.processes import is_readable, is_stopped
from harness.wait import until


@dataclass(frozen=True)
class Worker:
    """One of them. `process` is a descriptor of it, which no later process with its pid can take."""

    pid: int
    process: int
    log: Path
    pulse: Pulse

    def is_alive(self) -> bool:
        """Whether it runs or is stopped."""
        return not is_readable(self.process, 0)

    def require_alive(self) -> None:
        """Raise AssertionError with the end of its log where it has ended by itself."""
        if not self.is_alive():
            raise AssertionError(f"{self.log.name} ended by itself: …{self.log.read_text()[-500:]}")

    def kill(self) -> Step:
        """SIGKILL to it, which must be alive; gives where it died."""
        self.require_alive()
        signal.pidfd_send_signal(self.process, signal.SIGKILL)
        is_readable(self.process, 30)
        return self.pulse.step

    def pause(self) -> None:
        """SIGSTOP."""
        signal.pidfd_send_signal(self.process, signal.SIGSTOP)

    def go_on(self) -> None:
        """SIGCONT."""
        signal.pidfd_send_signal(self.process, signal.SIGCONT)

    def is_paused(self) -> bool:
        """Whether it is stopped, by somebody or where it was to halt."""
        return is_stopped(self.pid)

    def said(self) -> list[dict[str, Any]]:
        """The lines of its log so far."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]

    def adopted(self) -> set[int]:
        """The partitions that it has ever adopted."""
        return {line["partition"] for line in self.said() if line["event"] == "partition adopted"}


class Nursery:
    """Where workers of `module` come from."""

    def __init__(self, module: str, process: subprocess.Popen[str], logs: Path) -> None:
        self._module, self._process, self._logs = module, process, logs
        self._descriptors: list[int] = []

    def start(self) -> Worker:
        """One more; it isn't ready yet."""
        log = self._logs / f"{self._module}-{len(self._descriptors)}.log"
        pulse = Pulse.lay(log.with_suffix(SUFFIX))
        assert self._process.stdin
        assert self._process.stdout
        print(log, file=self._process.stdin, flush=True)
        pid = int(self._process.stdout.readline())
        self._descriptors.append(os.pidfd_open(pid))
        return Worker(pid, self._descriptors[-1], log, pulse)

    def close(self) -> None:
        """Have no worker left."""
        for descriptor in self._descriptors:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(descriptor, signal.SIGKILL)
            os.close(descriptor)


@contextmanager
def workers_of(module: str, env: Mapping[str, str], logs: Path, session: float) -> Iterator[Nursery]:
    """Workers of `module` (metrics or feedback) with `env`, dead after `session` seconds of silence; none is
    left when the block ends."""
    with subprocess.Popen(
        [sys.executable, nursery.__file__, module, str(session)],
        env={**env, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        made = Nursery(module, process, logs)
        try:
            yield made
        finally:
            made.close()
            assert process.stdin
            process.stdin.close()


def await_halt(worker: Worker, seconds: float = 60) -> None:
    """Return once `worker` has halted where it was told to."""
    until(lambda: has_halted(worker), seconds, "the worker to halt")


def has_halted(worker: Worker) -> bool:
    """Whether `worker`, which must be alive, has halted where it was told to."""
    worker.require_alive()
    return not worker.pulse.halts and worker.is_paused()


def await_shares(team: Sequence[Worker], seconds: float = 60) -> None:
    """Return once each of `team` has its share."""

    def shared() -> bool:
        for one in team:
            one.require_alive()
        return not {Step.STARTING, Step.JOINING} & {one.pulse.step for one in team}

    until(shared, seconds, "all workers to have a share")
