"""The worker's handler in real transactions: mergers between partitions, duplicates, dead letters."""

import json
from contextlib import closing
from itertools import permutations
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pymongo import MongoClient

from events.topics import EVENTS, TICKETS
from faults import check
from faults.load import message
from harness import oracle
from harness.partitions import Partitions, apart, numbers, partition_of
from harness.services import environment, worker
from harness.telling import changed, created, event, wrote
from harness.wait import until
from local.stack import Stack
from metrics.ticket.state import State
from streams.publisher import Message, Publisher

Mongo = MongoClient[dict[str, Any]]
Wire = dict[str, Any]

DAY = "2026-05-04"
MERGED, SURVIVOR = apart()


@pytest.fixture
def partitions(mongo: Mongo, database: str) -> Partitions:
    return Partitions(mongo, database)


def at(time: str) -> str:
    return f"{DAY}T{time}:00+00:00"


def raw(wire: Wire) -> bytes:
    return json.dumps(wire).encode()


def merger() -> list[Wire]:
    """A ticket with an unanswered message goes into one that has been answered."""
    return [
        created(SURVIVOR, at("08:00"), team="billing"),
        wrote(SURVIVOR, at("08:30"), "agent", "ayse"),
        created(MERGED, at("09:00"), team="orders"),
        wrote(MERGED, at("09:10"), "agent", "ayse"),
        wrote(MERGED, at("10:00"), "customer"),
        event("ticket.merged", MERGED, at("10:30"), {"into": SURVIVOR}),
    ]


def late_reply() -> Wire:
    """An answer to the merged ticket from before the merger: nobody waits any more."""
    return wrote(MERGED, at("10:15"), "agent", "mehmet")


def waiting_since(state: State) -> int | None:
    return state.exchanges[-1].customer if state.unanswered else None


def survivor(partitions: Partitions, source: str = "acme") -> State:
    name = f"{source}/{SURVIVOR}"
    return partitions.store.tickets([name])[name].state()


def test_the_survivor_of_a_merger_gets_the_oldest_unanswered_message(partitions: Partitions) -> None:
    assert partition_of(MERGED) != partition_of(SURVIVOR)

    partitions.tell(*merger())

    assert waiting_since(survivor(partitions)) == oracle.us(at("10:00"))
    assert numbers(partitions.store.rollups) == oracle.rollups(merger(), 3600)


def test_a_late_answer_to_the_merged_ticket_is_restated_to_the_survivor(partitions: Partitions) -> None:
    history = [*merger(), late_reply()]
    partitions.tell(*history[:-1])
    assert waiting_since(survivor(partitions)) is not None

    partitions.tell(history[-1])

    assert waiting_since(survivor(partitions)) is None
    assert numbers(partitions.store.rollups) == oracle.rollups(history, 3600)


def test_a_merged_ticket_that_comes_back_takes_its_message_back(partitions: Partitions) -> None:
    history = [*merger(), event("ticket.undeleted", MERGED, at("11:00"))]

    partitions.tell(*history)

    assert waiting_since(survivor(partitions)) is None
    assert numbers(partitions.store.rollups) == oracle.rollups(history, 3600)


def test_the_order_in_which_a_merger_arrives_does_not_matter(partitions: Partitions) -> None:
    history = [*merger(), late_reply()]
    first, *rest = history[2:]
    orders = [(*history[:2], first, *order) for order in permutations(rest)]
    for number, order in enumerate(orders):
        partitions.tell(*({**one, "source": f"acme{number}"} for one in order))

    folded = set()
    for number in range(len(orders)):
        state = survivor(partitions, f"acme{number}")
        state.source = "acme"
        folded.add(msgspec.json.encode(state))
    assert len(orders) == 24
    assert len(folded) == 1


@pytest.mark.fault
def test_a_merger_reaches_the_other_partition_through_the_broker(
    broker: Stack, database: str, mongo: Mongo, tmp_path: Path
) -> None:
    before, after = merger(), [late_reply(), wrote(SURVIVOR, at("12:00"), "agent", "zeynep")]

    with closing(Publisher(broker.kafka)) as publisher, worker(environment(broker, database), tmp_path):
        publisher.publish([message(one) for one in before])
        wanted = oracle.rollups(before, 3600)
        until(lambda: check.aggregates(mongo, database) == wanted, 60, "the merger in both partitions")

        publisher.publish([message(one) for one in after])
        check.await_all_processed(mongo, broker.kafka, database)

    check.assert_exact(mongo, broker.kafka, database, [*before, *after])


def told(messages: list[Message]) -> set[tuple[str, bytes, bytes]]:
    return {(one.topic, one.key, one.value) for one in messages}


def test_a_batch_tells_what_a_crash_would_tell_again(partitions: Partitions) -> None:
    history = merger()
    outcome = partitions.process(*map(raw, history))

    assert told(outcome.outgoing) == told(partitions.handler.republish(outcome.pending))
    assert {one.topic for one in outcome.outgoing} == {EVENTS, TICKETS}
    assert sorted(outcome.pending) == sorted([f"acme/{MERGED}", f"acme/{SURVIVOR}"])
    assert outcome.newest == oracle.us(at("10:30"))


def test_a_merger_that_is_told_again_is_said_again_in_case_it_was_lost(partitions: Partitions) -> None:
    *before, merged = merger()
    partitions.tell(*before)
    lost = partitions.process(raw(merged), partition=partition_of(MERGED)).outgoing
    assert waiting_since(survivor(partitions)) is None

    partitions.tell(merged)

    assert len([one for one in lost if one.topic == EVENTS]) == 1
    again = partitions.process(raw(merged), partition=partition_of(MERGED))
    assert told(again.outgoing) == told(partitions.handler.republish(again.pending)) >= told(lost)
    assert waiting_since(survivor(partitions)) == oracle.us(at("10:00"))
    assert numbers(partitions.store.rollups) == oracle.rollups(merger(), 3600)


def test_an_event_that_was_seen_before_is_counted_and_changes_nothing(partitions: Partitions) -> None:
    values = [raw(one) for one in merger() if one["type"] != "ticket.merged"]
    partitions.process(*values)
    before = numbers(partitions.store.rollups), numbers(partitions.store.totals)

    outcome = partitions.process(*values, *values, partition=0)

    assert outcome.counts == {"handled": 0, "duplicate": 10, "late": 0}
    assert (outcome.outgoing, outcome.pending) == ([], [])
    assert (numbers(partitions.store.rollups), numbers(partitions.store.totals)) == before


UNREADABLE = {
    "": b"{",
    "type": b'{"type":"ticket.exploded"}',
    "id": json.dumps(created("1", at("08:00"))).replace('"id"', '"ID"').encode(),
    "time": raw(created("1", "0001-01-01T00:00:00+14:00")),
    "data.status": raw(changed("1", at("08:00"), status="solved")),
}


def test_what_can_not_be_read_is_dead_with_its_reason_and_the_rest_is_processed(
    partitions: Partitions,
) -> None:
    good = raw(created("1", at("08:00")))

    outcome = partitions.process(*UNREADABLE.values(), good)

    assert [dead.record.value for dead in outcome.dead] == list(UNREADABLE.values())
    assert {dead.reason for dead in outcome.dead} == {"invalid"}
    for field, dead in zip(UNREADABLE, outcome.dead, strict=True):
        assert dead.detail.startswith(f"{field}: " if field else "not JSON")
    assert outcome.counts == {"handled": 1, "duplicate": 0, "late": 0}
