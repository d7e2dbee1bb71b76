"""Work in threads of its own."""

import time
from collections.abc import Callable, Mapping
from threading import Thread

from runtime.stop import Stop


class Threads:
    """Threads that work until they are told to stop."""

    def __init__(self) -> None:
        self._threads: list[Thread] = []

    def begin(self, work: Mapping[str, Callable[[Stop], None]], stop: Stop) -> None:
        """Do each of `work`, by the names of their threads, until `stop`."""
        self._threads = [
            Thread(target=run, args=(stop,), name=name, daemon=True) for name, run in work.items()
        ]
        for thread in self._threads:
            thread.start()

    def is_alive(self) -> bool:
        """Whether every thread that was begun still works."""
        return all(thread.is_alive() for thread in self._threads)

    def join(self, seconds: float) -> None:
        """Wait, `seconds` at most, until all have stopped. What is then still under way is taken up by
        whoever comes next."""
        end = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
