"""Workers forked from a process that has their service imported: a start takes milliseconds, not a second of
imports."""

import ctypes
import importlib
import os
import runpy
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

_PR_SET_PDEATHSIG: Final = 1


def have_imported(service: str) -> None:
    """All that a worker of `service` needs."""
    importlib.import_module(f"{service}.__main__")
    del sys.modules[f"{service}.__main__"]


def fork(service: str, log: Path, prepare: Callable[[], None]) -> int:
    """The pid of a new `python -m SERVICE worker`, which does `prepare` first, writes its output to `log` and
    ends with this process at the latest."""
    pid = os.fork()
    if pid == 0:
        die_with_parent()
        with log.open("wb") as output, Path(os.devnull).open("rb") as nothing:
            for descriptor, file in ((0, nothing), (1, output), (2, output)):
                os.dup2(file.fileno(), descriptor)
        prepare()
        sys.argv = [service, "worker", "--port", "0"]
        runpy.run_module(service, run_name="__main__")
        sys.exit()
    return pid


def die_with_parent() -> None:
    """Have the kernel kill this process when the one that started it ends."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
