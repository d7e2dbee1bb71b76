"""A wall clock that a test sets: the processes started with it jump, this machine and all others don't."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

HOUR: Final = 3600
_LIBRARY: Final = "faketime/libfaketime.so.1"
_FOLDERS: Final = tuple(Path(name) for name in ("/usr/lib/x86_64-linux-gnu", "/usr/lib", "/usr/lib64"))
_MEMORY: Final = Path("/dev/shm")
# Told to leave the monotonic clock alone, libfaketime can't sleep until a moment of it, as Python does.
_SLEEP: Final = """
import threading, time

def sleep(seconds):
    threading.Event().wait(seconds)

time.sleep = sleep
"""


class SetClock:
    """How far the wall clocks of some processes are from the true time. Their monotonic clocks stay true, and
    so do the times of files."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True)
        (directory / "sitecustomize.py").write_text(_SLEEP)
        self._directory = directory
        self.set(0)

    def set(self, seconds: int) -> None:
        """Have the clocks jump to so many seconds after the true time (negative: before it), at once."""
        fresh = self._directory / "fresh"
        fresh.write_text(f"{seconds:+d}\n")
        # Who looks at the time just then finds the one or the other.
        fresh.replace(self._directory / "ahead")

    @property
    def environment(self) -> dict[str, str]:
        """What a process has to be started with to go by this clock."""
        return {
            "LD_PRELOAD": str(_library()),
            "PYTHONPATH": str(self._directory),
            "FAKETIME_TIMESTAMP_FILE": str(self._directory / "ahead"),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }


@contextmanager
def set_clocks(directory: Path, *names: str) -> Iterator[dict[str, SetClock]]:
    """A clock for each of `names`, all showing the true time. End the processes within the block."""
    _sweep()
    try:
        yield {name: SetClock(directory / f"clock-{name}") for name in names}
    finally:
        _sweep()


def _library() -> Path:
    found = next((folder / _LIBRARY for folder in _FOLDERS if (folder / _LIBRARY).exists()), None)
    assert found is not None, "libfaketime isn't there: on Debian, apt-get install faketime"
    return found


def _sweep() -> None:
    """Remove what libfaketime has left of processes that are gone: a new one with the number of such a one
    would not start."""
    for left in (*_MEMORY.glob("faketime_shm_*"), *_MEMORY.glob("sem.faketime_sem_*")):
        if not Path("/proc", left.name.rpartition("_")[2]).exists():
            with suppress(FileNotFoundError):
                left.unlink()
