"""How long this machine stands still by itself, which nobody under test can help."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from typing import Final

_EVERY: Final = 0.02


@dataclass
class Stalls:
    """`worst`: by how many seconds a thread that does next to nothing has been late at most."""

    worst: float = 0.0


@contextmanager
def stalls(directory: Path) -> Iterator[Stalls]:
    """Those of the block, of the processor and of the disk under `directory`: what a call may take there is
    `worst` more than on a machine of its own."""
    found, end = Stalls(), Event()

    def watch() -> None:
        with (directory / "stalls").open("wb", buffering=0) as file:
            began = monotonic()
            while not end.wait(_EVERY):
                file.write(b".")
                os.fsync(file.fileno())
                found.worst = max(found.worst, monotonic() - began - _EVERY)
                began = monotonic()

    thread = Thread(target=watch, name="stalls")
    thread.start()
    try:
        yield found
    finally:
        end.set()
        thread.join()
