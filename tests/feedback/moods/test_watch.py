"""The watch over real aggregates and a real outbox."""

from typing import Any

import pytest
from pymongo import MongoClient

from alerts.outbox import Outbox
from alerts.routes import Destination
from events.instants import SECOND
from feedback.moods.change import DAY
from feedback.moods.watch import Watch
from feedback.store import Change, Store
from harness.alerting import all_to
from harness.speaking import HOUR, START, a_case, a_mention, a_reading
from harness.wait import until
from runtime.stop import Stop

NOW = START - START % HOUR + 20 * 60 * SECOND


@pytest.fixture
def store(mongo: MongoClient[Any], database: str) -> Store:
    store = Store(mongo, database)
    store.prepare()
    return store


@pytest.fixture
def outbox(store: Store) -> Outbox:
    outbox = Outbox(store.database, all_to(Destination("A", "json://a.example.com")))
    outbox.prepare()
    return outbox


def say(store: Store, at: int, negative: int, positive: int, shard: int = 0) -> None:
    """As many mentions of billing at `at` (µs)."""
    labels = ["negative"] * negative + ["positive"] * positive
    changes = [
        Change(
            None,
            a_case(f"{at}-{n}", voices=(a_mention(at, team="billing", reading=a_reading(label)),)),
        )
        for n, label in enumerate(labels)
    ]
    store.transact(lambda session: store.write(changes, shard, session))


def told(outbox: Outbox) -> list[tuple[str | None, str | None]]:
    """Team and note of what waits to be sent."""
    claim = outbox.claim("A", NOW + DAY)
    return [] if claim is None else [(alert.team, alert.note) for alert in claim.group.alerts]


def test_a_bad_day_is_told_once_however_many_watch_and_however_often(store: Store, outbox: Outbox) -> None:
    say(store, NOW - 10 * DAY, negative=9, positive=91)
    say(store, NOW - HOUR, negative=6, positive=9)
    say(store, NOW - 20 * HOUR, negative=6, positive=9, shard=1)
    watches = [Watch(store, outbox.tell, lambda: NOW) for _ in range(2)]

    found = [watch.turn() for watch in (*watches, *watches)]

    assert [len(alerts) for alerts in found] == [1, 1, 1, 1]
    assert outbox.pending("A") == 1
    assert told(outbox) == [("billing", "12 of 30 since yesterday, 9 % in the 28 days before")]


def test_what_is_older_than_four_weeks_or_not_yet_is_left_out(store: Store, outbox: Outbox) -> None:
    say(store, NOW - 30 * DAY, negative=0, positive=200)
    say(store, NOW - 10 * DAY, negative=30, positive=70)
    say(store, NOW - HOUR, negative=10, positive=20)
    say(store, NOW + 2 * HOUR, negative=30, positive=0)

    assert Watch(store, outbox.tell, lambda: NOW).turn() == []


def test_a_quiet_service_has_nothing_to_tell(store: Store, outbox: Outbox) -> None:
    assert Watch(store, outbox.tell, lambda: NOW).turn() == []


def test_the_baseline_moves_on_with_the_hours(store: Store, outbox: Outbox) -> None:
    say(store, NOW - 25 * HOUR, negative=0, positive=100)
    say(store, NOW - HOUR, negative=12, positive=18)
    moments = iter([NOW - 25 * HOUR, NOW])
    watch = Watch(store, outbox.tell, lambda: next(moments))

    assert watch.turn() == []
    assert [alert.note for alert in watch.turn()] == [
        "12 of 30 since yesterday, 0 % in the 28 days before",
    ]


def test_it_looks_in_a_thread_until_it_is_stopped(store: Store, outbox: Outbox) -> None:
    say(store, NOW - 10 * DAY, negative=0, positive=100)
    say(store, NOW - HOUR, negative=20, positive=10)
    watch, stop = Watch(store, outbox.tell, lambda: NOW), Stop()

    watch.start(stop)
    until(lambda: outbox.pending("A") == 1, 10, "the alert")
    assert watch.is_alive()
    stop.set()
    watch.join(10)

    assert not watch.is_alive()
