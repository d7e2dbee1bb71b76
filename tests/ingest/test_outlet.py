"""The outlet: on Kafka while Kafka confirms in time, else in the spool, from there to Kafka in order."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from time import monotonic

import pytest

from events.topics import EVENTS
from faults.check import published
from harness.machine import stalls
from harness.parts import Broker, broker_of_own
from harness.wait import until
from ingest.outlet import Outlet
from ingest.sources.contract import PayloadTooLarge
from ingest.spool import Bounds, Spool
from streams.publisher import Message, Unavailable


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[Broker]:
    with broker_of_own(tmp_path) as own:
        yield own


@pytest.fixture
def bounds(tmp_path: Path) -> Bounds:
    return Bounds(tmp_path / "spool", 1_000_000, 3600)


@contextmanager
def outlet_to(address: str, bounds: Bounds) -> Iterator[tuple[Outlet, Spool]]:
    """An outlet and its spool, closed when the block ends."""
    with closing(Spool(bounds)) as spool, closing(Outlet(address, 4, spool)) as outlet:
        yield outlet, spool


def message(value: str, key: str = "acme/1") -> Message:
    return Message(EVENTS, key.encode(), value.encode())


def arrived(queue: Broker, key: str = "acme/1") -> list[str]:
    return [
        record.value.decode() for record in published(queue.address, EVENTS) if record.key == key.encode()
    ]


def seconds(act: Callable[[], None]) -> float:
    began = monotonic()
    act()
    return monotonic() - began


def test_what_kafka_confirms_in_time_never_touches_the_spool(queue: Broker, bounds: Bounds) -> None:
    with outlet_to(queue.address, bounds) as (outlet, spool):
        until(lambda: not outlet.spooling, 20, "Kafka to be found")
        # A broker that has just begun may take its time for the very first.
        outlet.publish([message("0", key="acme/2")])
        until(lambda: not outlet.spooling, 20, "the first to have arrived")
        outlet.publish([])
        outlet.publish([message("1"), message("2"), message("3")])

        assert (outlet.spooling, spool.depth, outlet.missing()) == (False, 0, None)
    assert arrived(queue) == ["1", "2", "3"]


def test_only_the_first_message_waits_for_a_silent_kafka_and_each_arrives_once_in_order(
    queue: Broker, bounds: Bounds, tmp_path: Path
) -> None:
    with outlet_to(queue.address, bounds) as (outlet, spool):
        until(lambda: not outlet.spooling, 20, "Kafka to be found")
        with queue.paused(), stalls(tmp_path) as machine:
            assert 0.9 < seconds(lambda: outlet.publish([message("0"), message("1")])) < 2 + machine.worst
            others = [seconds(partial(outlet.publish, [message(f"{n}")])) for n in range(2, 50)]
            assert max(others) < 0.5 + machine.worst
            assert (outlet.spooling, spool.depth, outlet.missing()) == (True, 50, None)
        until(lambda: not outlet.spooling, 30, "the spool to be empty")
        outlet.publish([message("50")])

        assert (spool.depth, spool.bytes, spool.oldest_seconds) == (0, 0, 0)
    assert arrived(queue) == [f"{n}" for n in range(51)]


def test_what_an_earlier_process_spooled_goes_before_what_comes_now(queue: Broker, bounds: Bounds) -> None:
    with closing(Spool(bounds)) as earlier:
        for n in range(2000):
            earlier.offer([message(f"{n}"), message(f"{n}", key="acme/2")])

    with outlet_to(queue.address, bounds) as (outlet, _):
        outlet.publish([message("2000")])
        until(lambda: not outlet.spooling, 30, "the spool to be empty")

    assert arrived(queue) == [f"{n}" for n in range(2001)]
    assert arrived(queue, "acme/2") == [f"{n}" for n in range(2000)]


def test_without_kafka_it_is_ready_until_its_spool_is_full(
    queue: Broker, bounds: Bounds, tmp_path: Path
) -> None:
    with queue.paused(), outlet_to(queue.address, bounds) as (outlet, spool):
        with stalls(tmp_path) as machine:
            assert seconds(lambda: outlet.publish([message("x" * 600_000)])) < 0.5 + machine.worst
        until(lambda: outlet.missing() is None, 15, "it to be ready without Kafka")

        with pytest.raises(Unavailable):
            outlet.publish([message("1"), message("x" * 600_000)])

        assert "DESKPULSE_SPOOL_MAX_BYTES=1000000" in (outlet.missing() or "")
        assert spool.depth == 1


def test_a_message_that_kafka_never_takes_is_refused_with_kafka_and_without(
    queue: Broker, bounds: Bounds
) -> None:
    with outlet_to(queue.address, bounds) as (outlet, spool):
        for _ in range(2):
            with pytest.raises(PayloadTooLarge):
                outlet.publish([message("1"), message("x" * 1024 * 1024)])
            until(lambda: not outlet.spooling, 20, "Kafka to be found")
        assert spool.depth == 0
    assert arrived(queue) == []


def test_a_spooled_message_that_kafka_never_takes_holds_up_no_other(queue: Broker, bounds: Bounds) -> None:
    bounds = Bounds(bounds.directory, 10**7, 3600)
    with closing(Spool(bounds)) as spool:
        spool.offer([message("1"), message("x" * 2 * 1024 * 1024), message("2")]).wait()

    with outlet_to(queue.address, bounds) as (outlet, spool):
        until(lambda: not outlet.spooling, 20, "the spool to be empty")
        assert spool.bytes > 2 * 1024 * 1024

    assert arrived(queue) == ["1", "2"]


def test_a_broker_made_anew_under_a_producer_gets_all_that_follows(queue: Broker, bounds: Bounds) -> None:
    with outlet_to(queue.address, bounds) as (outlet, _):
        until(lambda: not outlet.spooling, 20, "Kafka to be found")
        outlet.publish([message("before")])
        for life in range(2):
            queue.kill()
            outlet.publish([message(f"{life} while it is gone")])
            queue.start_empty()
            outlet.publish([message(f"{life} while it is new")])
            until(lambda: not outlet.spooling, 60, "the spool to be empty")
        outlet.publish([message("after")])

    assert arrived(queue) == ["1 while it is gone", "1 while it is new", "after"]


def test_it_closes_in_time_and_keeps_its_spool_while_kafka_is_silent(queue: Broker, bounds: Bounds) -> None:
    with closing(Spool(bounds)) as spool:
        outlet = Outlet(queue.address, 4, spool)
        until(lambda: not outlet.spooling, 20, "Kafka to be found")
        with queue.paused():
            outlet.publish([message("1")])
            outlet.publish([message("2")])
            assert seconds(outlet.close) < 6
            assert spool.depth == 2

    with outlet_to(queue.address, bounds) as (outlet, _):
        until(lambda: not outlet.spooling, 30, "the spool to be empty")

    assert list(dict.fromkeys(arrived(queue))) == ["1", "2"]
