"""A value that is costly to make: made anew beside the work, in a small share of the time."""

import threading
import time
from collections.abc import Callable
from typing import Final, Generic, TypeVar

import structlog
from pymongo.errors import PyMongoError

_T = TypeVar("_T")
_log = structlog.get_logger(__name__)

SHARE: Final = 0.05
PAUSE: Final = 10.0


class Background(Generic[_T]):
    """The value of `read`, made anew on a thread of its own when somebody asks and the last is due: after
    `PAUSE` seconds at the earliest, and so seldom that reading takes at most `SHARE` of the time.

    Only the first to ask wait for it. Where the store doesn't answer the last value stays, and stays None
    until there is one. `name` says in logs what is read; `clock` is a monotonic clock in seconds.
    """

    def __init__(
        self, name: str, read: Callable[[], _T], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._name = name
        self._read = read
        self._clock = clock
        self._first = threading.Lock()
        self._reading = threading.Lock()
        self._value: _T | None = None
        self._due: float | None = None

    def get(self) -> _T | None:
        """The value."""
        with self._first:
            if self._due is None:
                self._renew()
                return self._value
        if self._clock() >= self._due and self._reading.acquire(blocking=False):
            threading.Thread(target=self._renew_and_release, name=self._name, daemon=True).start()
        return self._value

    def _renew_and_release(self) -> None:
        try:
            self._renew()
        finally:
            self._reading.release()

    def _renew(self) -> None:
        started = self._clock()
        try:
            self._value = self._read()
        except PyMongoError as error:
            _log.warning("not read", what=self._name, error=type(error).__name__)
        finally:
            now = self._clock()
            self._due = now + max(PAUSE, (now - started) * (1 / SHARE - 1))
