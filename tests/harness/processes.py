"""Which processes are there, found by a mark in their environment that all descendants inherit."""

import os
import select
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from harness.wait import until

MARK = "DESKPULSE_TEST_MARK"


def marked(mark: str) -> list[int]:
    """The ids of the running processes, zombies apart, whose environment has MARK set to `mark`."""
    wanted = f"{MARK}={mark}".encode()
    found = []
    for directory in Path("/proc").iterdir():
        with suppress(OSError):
            if directory.name.isdigit() and wanted in (directory / "environ").read_bytes().split(b"\0"):
                found.append(int(directory.name))
    return found


def command(pid: int) -> str:
    """The command line of the process `pid`; "" once it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def parent(pid: int) -> int:
    """Whose child the process `pid` is; 0 once it is gone."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def is_stopped(pid: int) -> bool:
    """Whether the process `pid` is stopped, with all of its threads. One that ends meanwhile isn't."""
    try:
        stats = [(thread / "stat").read_text() for thread in Path(f"/proc/{pid}/task").iterdir()]
    except OSError:
        return False
    return all(stat.rpartition(")")[2].split()[0] == "T" for stat in stats)


@contextmanager
def standing_still(pid: int) -> Iterator[None]:
    """The process `pid` stopped as it stands (SIGSTOP) until the block ends: connections stay, answers don't
    come. On a busy machine its threads go on for a while after the signal, so that is waited for."""
    os.kill(pid, signal.SIGSTOP)
    try:
        until(lambda: is_stopped(pid), 30, "the process to stand still")
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def is_readable(descriptor: int, seconds: float) -> bool:
    """Whether there is something to read from `descriptor` within `seconds`; from one of a process there is
    once it has ended. Unlike select.select it takes any number of a descriptor."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(seconds * 1000))


def kill(mark: str) -> None:
    """SIGKILL to what still runs with `mark`, so that a test which fails leaves nothing behind.

    A mark is made for one start and never shared, so these are the caller's own processes alone.
    """
    for pid in marked(mark):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
