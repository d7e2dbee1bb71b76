"""How a process reaches MongoDB, and how long it waits for one that stands still or loses its answers."""

from typing import Any, Final

import pymongo
from pymongo import MongoClient

WORKER_ANSWER_SECONDS: Final = 10.0
"""For whoever works on and on: a whole batch is written in a second or two."""
WEB_ANSWER_SECONDS: Final = 20.0
"""For whoever answers requests: a report over years takes seconds, and nobody waits longer for one."""
PREPARE_SECONDS: Final = 3600.0
"""For the indexes that a new version asks for, over millions of documents: give it to pymongo.timeout."""

_NOTICE_MS: Final = 5000
_LEAVE_SECONDS: Final = 1.0


class _Leaving(MongoClient[dict[str, Any]]):
    """Tells the server of its end, but waits for none that is away: a process has ten seconds to stop."""

    def close(self) -> None:
        with pymongo.timeout(_LEAVE_SECONDS):
            super().close()


def connect(
    uri: str, name: str, *, answer_seconds: float | None = None, absent_seconds: float = 5.0
) -> MongoClient[dict[str, Any]]:
    """A client of the MongoDB at `uri`, called `name` in its log.

    What is asked fails with a PyMongoError where no primary is found for `absent_seconds`, or where an answer
    takes `answer_seconds` (None: as long as it takes, for commands whose work is long). That a server stands
    still is noticed within ten seconds: by default it takes thirty. An answer that got lost is noticed by
    nothing but `answer_seconds`: without, its connection is listened to for ever.
    """
    return _Leaving(
        uri,
        serverSelectionTimeoutMS=int(absent_seconds * 1000),
        connectTimeoutMS=_NOTICE_MS,
        heartbeatFrequencyMS=_NOTICE_MS,
        socketTimeoutMS=None if answer_seconds is None else int(answer_seconds * 1000),
        appname=name,
    )
