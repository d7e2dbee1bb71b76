"""The work of a night, done once by whichever worker is first."""

from datetime import UTC, datetime
from threading import Event
from typing import Any

import pytest
from pymongo import MongoClient

from events.instants import SECOND, micros
from feedback import nightly
from feedback.config import FeedbackConfig, Retention
from feedback.learning.shelf import Shelf
from feedback.nightly import LEASE, Claims, Interrupted, Nightly
from feedback.sentiment.model import Model
from feedback.store import Store, database_name
from harness.cases import NOON, Cases, a_case, a_ticket, an_answer
from harness.wait import until
from runtime.stop import Stop

CONFIG = FeedbackConfig(nightly="03:00", retention=Retention(comments="1d", people="2d"))


def on(day: int, hour: int, minute: int = 0) -> int:
    """A moment of November 2026 in µs."""
    return micros(datetime(2026, 11, day, hour, minute, tzinfo=UTC))


class Hand:
    """A worker's nightly work, at a time that the test sets."""

    def __init__(self, store: Store, at: int) -> None:
        self.at = at
        self.work = Nightly(store, CONFIG, lambda: self.at)


@pytest.fixture
def cases(mongo: MongoClient[Any], database: str) -> Cases:
    return Cases(mongo, database_name(database))


def old(cases: Cases) -> None:
    """A comment that is to be forgotten."""
    ticket = a_ticket(requester="a1" * 16, created_at=NOON, cycles=())
    cases.put(a_case(ticket=ticket, answers=(an_answer(1, "berbat", at=NOON),)))


def words(cases: Cases) -> str | None:
    (case,) = cases.store.cases(["acme/1"]).values()
    return case.answers[0].latest.comment


def test_it_is_done_once_a_day_over_all_workers(cases: Cases) -> None:
    old(cases)
    one, other = (Hand(cases.store, on(10, 3)) for _ in range(2))

    assert one.work.turn()
    assert words(cases) is None
    assert not other.work.turn()
    assert not one.work.turn()
    other.at = on(11, 2, 59)
    assert not other.work.turn()
    other.at = on(11, 3)
    assert other.work.turn()


def test_a_night_that_was_missed_is_made_up_for(cases: Cases) -> None:
    assert Hand(cases.store, on(10, 3)).work.turn()

    assert Hand(cases.store, on(14, 17)).work.turn()
    assert not Hand(cases.store, on(15, 2)).work.turn()


def test_who_died_at_it_is_replaced_once_the_lease_is_up(cases: Cases) -> None:
    old(cases)
    claims = Claims(cases.store)
    dead = claims.take("2026-11-10", on(10, 3))
    assert dead is not None
    hand = Hand(cases.store, on(10, 3) + LEASE - SECOND)

    assert not hand.work.turn()
    assert claims.renew(dead, hand.at)
    hand.at += LEASE - SECOND
    assert not hand.work.turn()
    hand.at += 2 * SECOND
    assert hand.work.turn()
    assert words(cases) is None
    assert not claims.renew(dead, hand.at)


def test_who_lost_the_claim_stops_and_leaves_it_to_the_other(
    cases: Cases, monkeypatch: pytest.MonkeyPatch
) -> None:
    old(cases)
    hand = Hand(cases.store, on(10, 3))
    seen = []

    def takes_long(*_args: Any) -> list[Any]:
        seen.append(Claims(cases.store).take("2026-11-10", on(10, 3) + LEASE + SECOND))
        _args[2](0)
        raise AssertionError("it goes on")

    monkeypatch.setattr(nightly, "learn", takes_long)

    assert not hand.work.turn()
    assert seen != [None]
    assert Claims(cases.store).renew(seen[0] or "", on(10, 4))


def test_a_process_that_stops_goes_no_further_than_the_portion_under_way(
    cases: Cases, monkeypatch: pytest.MonkeyPatch
) -> None:
    old(cases)
    stop, hand = Stop(), Hand(cases.store, on(10, 3))
    went_on = Event()

    def forgets(*args: Any) -> None:
        stop.set()
        args[3](1)
        went_on.set()

    monkeypatch.setattr(nightly, "retain", forgets)
    hand.work.start(stop)
    hand.work.join(20)

    assert not hand.work.is_alive()
    assert stop.is_set()
    assert not went_on.is_set()


def test_a_process_that_stops_gives_the_work_to_anybody_at_once(
    cases: Cases, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand = Hand(cases.store, on(10, 3))

    def stops(*_args: Any) -> None:
        raise Interrupted

    with monkeypatch.context() as patched:
        patched.setattr(nightly, "retain", stops)
        assert not hand.work.turn()
    assert hand.work.turn()


def test_a_night_teaches_what_is_to_be_read_the_next_day(cases: Cases, model: Model) -> None:
    Shelf(cases.store).adopt(model, NOON)
    cases.store.database["models"].update_one({"_id": model.version}, {"$set": {"model": "{}"}})

    assert Hand(cases.store, on(10, 3)).work.turn()

    assert Shelf(cases.store).in_use() == {}


def test_the_thread_works_until_it_is_stopped(cases: Cases) -> None:
    old(cases)
    stop, hand = Stop(), Hand(cases.store, on(10, 3))

    hand.work.start(stop)
    until(lambda: words(cases) is None, 20, "the comment to be forgotten")
    assert hand.work.is_alive()
    stop.set()
    hand.work.join(20)

    assert not hand.work.is_alive()


def test_the_thread_survives_a_store_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nightly, "LOOK_SECONDS", 0.01)
    nowhere = MongoClient[Any]("mongodb://127.0.0.1:1/", serverSelectionTimeoutMS=10)
    looked, stop = Event(), Stop()

    def clock() -> int:
        if looked.is_set():
            again.set()
        looked.set()
        return on(10, 3)

    again = Event()
    hand = Nightly(Store(nowhere, "x"), CONFIG, clock)
    hand.start(stop)
    assert again.wait(20)
    assert hand.is_alive()
    stop.set()
    hand.join(20)
    nowhere.close()
