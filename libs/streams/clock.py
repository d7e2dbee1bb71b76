"""The time of day by the clock of MongoDB's primary: one for all processes that share the store.

What is decided by the time of day (a deadline has passed, a lease is over) holds for all of them. The clock
of one machine may jump, or be hours off: that must neither break a promise nor end another's lease.
"""

import time
from datetime import UTC
from typing import Any, Final

import pymongo
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from events.instants import SECOND, micros

_KEPT: Final = SECOND
_PATIENCE_SECONDS: Final = 1.0
_GRAIN: Final = 1000
"""MongoDB tells whole milliseconds."""


class SharedClock:
    """Gives the present (µs since the epoch) to any thread, asking through `client` once a second.

    Between two answers, and while MongoDB is away, it goes on at this machine's pace, whatever becomes of the
    machine's time of day. Raises PyMongoError only before there was a first answer.
    """

    def __init__(self, client: MongoClient[dict[str, Any]]) -> None:
        self._client = client
        self._ahead: int | None = None
        self._ask_again = 0

    def __call__(self) -> int:
        """The present, or a moment before: never after."""
        ahead = self._ahead
        if ahead is None or _steady() >= self._ask_again:
            self._ahead = ahead = self._asked(ahead)
            self._ask_again = _steady() + _KEPT
        return _steady() + ahead

    def _asked(self, known: int | None) -> int:
        """How far MongoDB's clock is ahead of the steady one; what was `known` where it doesn't answer."""
        asked = _steady()
        try:
            with pymongo.timeout(_PATIENCE_SECONDS):
                told = self._client.admin.command("hello")["localTime"]
        except PyMongoError:
            if known is None:
                raise
            return known
        answered, present = _steady(), micros(told.replace(tzinfo=UTC))
        least, most = present - answered, present + _GRAIN - asked
        # A slow answer says little: what fits it stays, so that time goes back only where MongoDB's does.
        return known if known is not None and least <= known <= most else least


def _steady() -> int:
    """µs by a clock that never jumps, since whenever."""
    return time.monotonic_ns() // 1000
