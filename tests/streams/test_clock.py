"""The time of day that is MongoDB's, also while MongoDB is away."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from events.instants import SECOND, micros
from harness.network import between
from harness.parts import mongod_of_own
from harness.wait import until
from streams.clock import SharedClock

MILLISECOND = 1000


def patient(address: str) -> MongoClient[dict[str, Any]]:
    return MongoClient(address, serverSelectionTimeoutMS=300)


def test_it_goes_on_while_mongodb_is_away(tmp_path: Path) -> None:
    with mongod_of_own(tmp_path) as server, patient(server.address) as client:
        until(lambda: client.primary, 30, "MongoDB to be found")
        clock = SharedClock(client)
        asked = micros(datetime.now(UTC))
        before = clock()
        answered = micros(datetime.now(UTC))
        server.kill()

        until(lambda: clock() > before + 2 * SECOND, 30, "two seconds to pass")

        # MongoDB tells whole milliseconds.
        assert -MILLISECOND < behind(clock) < answered - asked + SECOND


def test_a_slow_answer_does_not_set_it_back(tmp_path: Path) -> None:
    with (
        mongod_of_own(tmp_path) as server,
        between(server.address) as link,
        MongoClient[dict[str, Any]](link.address) as client,
    ):
        clock = SharedClock(client)
        began, before = clock(), behind(clock)
        with link.slow(delay=0.2):
            until(lambda: clock() > began + 3 * SECOND, 30, "some answers")

            assert behind(clock) < before + SECOND // 10


def behind(clock: SharedClock) -> int:
    """By how much (µs) it is behind the true time."""
    told = ((clock(), micros(datetime.now(UTC))) for _ in range(20))
    return min(true - shared for shared, true in told)


def test_before_mongodb_has_answered_once_it_tells_no_time() -> None:
    with patient("mongodb://127.0.0.1:1") as client:
        clock = SharedClock(client)

        with pytest.raises(PyMongoError):
            clock()
