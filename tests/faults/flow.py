"""Work that goes on beside a trial."""

from collections.abc import Callable, Iterable
from threading import Event, Thread
from typing import Self


class Crowd:
    """Does each of `works` on a thread of its own as long as the block lasts; they end once `_end` is set."""

    def __init__(self, works: Iterable[Callable[[], None]]) -> None:
        self._end = Event()
        self._threads = [Thread(target=work) for work in works]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Begin nothing more; returns once all have ended."""
        self._end.set()
        for thread in self._threads:
            thread.join()


class Flow:
    """Does `step` with 0, 1, 2, … about `rate` times a second, on a thread of its own, until it is stopped.
    `count`: how often it was done."""

    def __init__(self, step: Callable[[int], None], rate: float) -> None:
        self._step, self._pause = step, 1 / rate
        self._end = Event()
        self._thread = Thread(target=self._run, name="flow", daemon=True)
        self.count = 0

    def __enter__(self) -> "Flow":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def stop(self) -> int:
        """Stop; gives `count`."""
        assert self._thread.is_alive(), "the load broke off"
        self.__exit__()
        return self.count

    def _run(self) -> None:
        while not self._end.wait(self._pause):
            self._step(self.count)
            self.count += 1
