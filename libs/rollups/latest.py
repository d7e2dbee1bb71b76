"""The last snapshot, read anew on demand: once, however many ask, and not at all while it is fresh."""

import threading
import time
from collections.abc import Callable
from typing import Final, Generic, TypeVar

import structlog
from pymongo.errors import PyMongoError

_T = TypeVar("_T")
_log = structlog.get_logger(__name__)

FRESH: Final = 0.25
"""Seconds for which a snapshot is good once it is made: several who scrape share one."""
RETRY: Final = 10.0
"""Seconds for which the store isn't asked again after it failed, so that scrapes stay quick."""
KEPT: Final = 600.0
"""Seconds for which a snapshot is shown while the store is down."""


class Latest(Generic[_T]):
    """What `read` gave last. `clock` is a monotonic clock in seconds."""

    def __init__(self, read: Callable[[], _T], clock: Callable[[], float] = time.monotonic) -> None:
        self._read = read
        self._clock = clock
        self._lock = threading.Lock()
        self._value: _T | None = None
        self._read_at = float("-inf")
        self._failed_at = float("-inf")

    def get(self) -> tuple[_T | None, bool]:
        """The value, and whether the store answered the last time it was asked.

        The value is None while there was none, and once it is older than KEPT.
        """
        with self._lock:
            now = self._clock()
            if now - self._read_at >= FRESH and now - self._failed_at >= RETRY:
                self._renew()
            kept = self._clock() - self._read_at <= KEPT
            return self._value if kept else None, self._failed_at < self._read_at

    def _renew(self) -> None:
        try:
            self._value = self._read()
        except PyMongoError as error:
            self._failed_at = self._clock()
            _log.warning("store not read", error=type(error).__name__)
        except Exception:  # noqa: BLE001
            # A scrape that fails takes every series of this process away: say that it went wrong instead.
            self._failed_at = self._clock()
            _log.exception("snapshot not made")
        else:
            # Who waited for it takes it, however long it took.
            self._read_at = self._clock()
