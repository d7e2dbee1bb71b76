"""Workers that kill themselves at a moment which a test has chosen."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import IO

from faults import crashing_child
from harness.processes import is_readable


@dataclass(frozen=True)
class Life:
    """One worker. `trace` grows by a line for each moment that it reaches."""

    pid: int
    log: Path
    trace: Path

    def moments(self) -> list[str]:
        """The moments so far."""
        return self.trace.read_text().splitlines() if self.trace.exists() else []

    def ask_to_stop(self) -> None:
        """SIGTERM."""
        os.kill(self.pid, signal.SIGTERM)


class Nursery:
    """Where the workers come from, one at a time; their logs and traces are in `logs`."""

    def __init__(self, process: subprocess.Popen[bytes], logs: Path) -> None:
        self._process, self._logs = process, logs
        self._born = 0
        self._heard = b""

    def start(self, prefix: str, point: str, nth: int) -> Life:
        """A worker that dies when it comes to `point` for the `nth` time ("": never). The names of the groups
        that it joins have `prefix` before them. The one before must have been seen dead."""
        self._born += 1
        log, trace = (self._logs / f"life-{self._born}.{end}" for end in ("log", "trace"))
        line = json.dumps(
            {"log": str(log), "trace": str(trace), "prefix": prefix, "point": point, "nth": nth}
        )
        _pipe(self._process.stdin).write(line.encode() + b"\n")
        _pipe(self._process.stdin).flush()
        return Life(self._answer(30), log, trace)

    def await_death(self, life: Life, seconds: float) -> int:
        """The exit code of `life`, a signal as its negative. Raises AssertionError after `seconds`."""
        try:
            return self._answer(seconds)
        except TimeoutError:
            end = life.log.read_text(errors="replace").splitlines()[-5:]
            last = life.moments()[-3:]
            raise AssertionError(
                f"the worker still lives after {seconds} s; its last moments: {last}, its log: {end}"
            ) from None

    def _answer(self, seconds: float) -> int:
        pipe, deadline = _pipe(self._process.stdout), monotonic() + seconds
        while b"\n" not in self._heard:
            if not is_readable(pipe.fileno(), max(0.0, deadline - monotonic())):
                raise TimeoutError
            said = os.read(pipe.fileno(), 4096)
            assert said, "the nursery has ended"
            self._heard += said
        line, _, self._heard = self._heard.partition(b"\n")
        return int(line)


@contextmanager
def nursery(service: str, env: Mapping[str, str], logs: Path) -> Iterator[Nursery]:
    """Workers of `service` (metrics or feedback) with `env`, none of them left when the block ends."""
    with (
        (logs / "nursery.log").open("wb") as errors,
        subprocess.Popen(
            [sys.executable, crashing_child.__file__, service],
            env={**env, "PYTHONPATH": os.pathsep.join(sys.path)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
        ) as process,
    ):
        try:
            yield Nursery(process, logs)
        finally:
            # The kernel takes its child with it.
            process.kill()


def _pipe(file: IO[bytes] | None) -> IO[bytes]:
    assert file is not None
    return file
