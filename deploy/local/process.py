"""Child processes that never outlive this one."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Final

from local import disk, tether
from local.failure import CannotRun

STOP_SECONDS: Final = 10.0
_TAIL_LINES: Final = 5
_TAIL_WIDTH: Final = 400
_POLL_SECONDS: Final = 0.05


class TooLate(CannotRun):
    """A child lives but wasn't in time."""


@dataclass(frozen=True, slots=True)
class Child:
    """A running program: `log` holds what it writes to standard output and standard error."""

    name: str
    log: Path
    process: subprocess.Popen[bytes]

    def is_alive(self) -> bool:
        """Whether it still runs."""
        return self.process.poll() is None

    def require_alive(self) -> None:
        """Raise CannotRun with exit code and last log lines once it has ended."""
        if not self.is_alive():
            raise CannotRun(self._obituary())

    def await_condition(self, condition: Callable[[], bool], seconds: float, what: str) -> None:
        """Return once `condition()`; raise CannotRun if the child ends, TooLate if `seconds` pass."""
        deadline = monotonic() + seconds
        while not condition():
            self.require_alive()
            if monotonic() > deadline:
                raise TooLate(f"{self.name} {what} after {seconds:.0f} s; its log is {self.log}")
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(_POLL_SECONDS)

    def ask_to_stop(self) -> None:
        """SIGTERM to the program itself, which tells its own children."""
        self.process.terminate()

    def stop(self) -> int:
        """Ask to stop, kill after STOP_SECONDS; gives the exit code (negative: the signal)."""
        self.ask_to_stop()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(STOP_SECONDS)
        return self.kill()

    def kill(self) -> int:
        """SIGKILL to all that is left of it and of its own children; gives the exit code."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        return self.process.wait()

    def _obituary(self) -> str:
        words = self.log.read_text(encoding="utf-8", errors="replace")
        if disk.says_full(words) or disk.is_full(self.log):
            return f"{self.name} ended because the disk of {self.log.parent} is full: free some space there"
        tail = "".join(f"\n  {line[:_TAIL_WIDTH]}" for line in words.splitlines()[-_TAIL_LINES:])
        ending = f"its log {self.log} ends with:{tail}" if tail else f"its log {self.log} is empty"
        return f"{self.name} ended with {_how(self.process.returncode)}; {ending}"


def _how(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"


def start(
    name: str, command: Sequence[str | Path], *, log: Path, env: Mapping[str, str] | None = None
) -> Child:
    """Start `command` in a process group of its own, with its output in a new file `log`.

    Call it in a thread that lives as long as the child is to live: the kernel kills the child with it.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", tether.__file__, str(os.getpid()), *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=env,
            process_group=0,
        )
    return Child(name, log, process)


def require_alive(children: Iterable[Child]) -> None:
    """Raise CannotRun that names the first of `children` which has ended, if one has."""
    for child in children:
        child.require_alive()


def stop_all(children: Sequence[Child]) -> None:
    """Stop `children` at once, waiting for each."""
    for child in children:
        child.ask_to_stop()
    for child in children:
        child.stop()


def await_any_end(children: Sequence[Child]) -> None:
    """Wait, without an end, until one of `children` ends; raise CannotRun that names it."""
    while True:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
        require_alive(children)
