"""A customer who is erased: what stored tickets forget, what stays, and that nothing comes back."""

import json
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from events.topics import EVENTS, TICKETS
from faults import check
from faults.load import message
from harness import oracle
from harness.erasing import BOB, EVE, erased, stored_bytes
from harness.partitions import Partitions, apart, numbers, partition_of
from harness.services import environment, worker
from harness.telling import changed, created, wrote
from local.stack import Stack
from metrics import audit
from metrics.batch import Ways
from metrics.store import Store
from streams.batch import Batch, Outcome, Record
from streams.positions import Position, Positions
from streams.publisher import Message, Publisher

Mongo = MongoClient[dict[str, Any]]
Wire = dict[str, Any]

DAY = "2026-05-04"
MINE, OTHERS = apart()


@pytest.fixture
def partitions(mongo: Mongo, database: str) -> Partitions:
    return Partitions(mongo, database)


def at(time: str) -> str:
    return f"{DAY}T{time}:00+00:00"


def life() -> list[Wire]:
    """Bob's own ticket, and another of Eve's in another partition on which he wrote too."""
    return [
        created(MINE, at("08:00"), requester=BOB, contact="sealed-bob", team="billing", locale="tr"),
        created(OTHERS, at("08:10"), requester=EVE, contact="sealed-eve"),
        wrote(MINE, at("08:30"), "agent", "ayse"),
        wrote(MINE, at("09:00"), "customer", BOB),
        wrote(OTHERS, at("09:10"), "customer", BOB),
        wrote(OTHERS, at("09:20"), "customer", EVE),
        changed(MINE, at("10:00"), status="resolved"),
    ]


def verify(mongo: Mongo, partitions: Partitions) -> list[str]:
    with mongo.start_session(snapshot=True) as session:
        return audit.verify(partitions.store, Ways(3600), session, lambda _: None)


def batch(partitions: Partitions, *events: Wire) -> Outcome:
    """All `events` in one batch of the first one's partition."""
    home = partition_of(events[0]["subject"], events[0]["source"])
    return partitions.process(*(json.dumps(one).encode() for one in events), partition=home)


def facts_in(messages: Iterable[Message]) -> dict[str, Any]:
    return {one.key.decode(): msgspec.json.decode(one.value) for one in messages if one.topic == TICKETS}


def facts_of(partitions: Partitions, subject: str) -> Any:
    return facts_in(partitions.handler.republish([f"acme/{subject}"]))[f"acme/{subject}"]


def test_every_ticket_forgets_its_requester_their_address_and_who_wrote(partitions: Partitions) -> None:
    partitions.tell(*life())
    assert partition_of(MINE) != partition_of(OTHERS)
    assert BOB.encode() in stored_bytes(partitions.store)

    partitions.tell(erased(at("12:00")))

    assert BOB.encode() not in stored_bytes(partitions.store)
    assert b"sealed-bob" not in stored_bytes(partitions.store)
    mine, others = facts_of(partitions, MINE), facts_of(partitions, OTHERS)
    assert (mine["requester"], mine["contact"], mine["locale"]) == (None, None, "tr")
    assert (others["requester"], others["contact"]) == (EVE, "sealed-eve")
    assert mine["replies"] == {"agent": 1, "customer": 1, "bot": 0}
    assert others["replies"]["customer"] == 2


def test_all_numbers_stay_and_the_audit_finds_nothing_wrong(mongo: Mongo, partitions: Partitions) -> None:
    history = life()
    partitions.tell(*history)
    before = numbers(partitions.store.rollups), numbers(partitions.store.totals)

    partitions.tell(erased(at("12:00")))

    assert (numbers(partitions.store.rollups), numbers(partitions.store.totals)) == before
    assert before[0] == oracle.rollups(history, 3600)
    assert verify(mongo, partitions) == []
    audit.rebuild(partitions.store, Ways(3600), lambda _: None, lambda _: None)
    assert BOB.encode() not in stored_bytes(partitions.store)
    assert numbers(partitions.store.rollups) == before[0]


def test_the_facts_are_told_anew_also_after_a_crash_and_each_ticket_keeps_its_partition(
    partitions: Partitions, mongo: Mongo, database: str
) -> None:
    partitions.tell(*life())
    tickets = mongo[database]["tickets"]
    homes = {d["_id"]: d["partition"] for d in tickets.find()}

    outcome = batch(partitions, erased(at("12:00")))

    assert set(facts_in(outcome.outgoing)) == set(outcome.pending) == {f"acme/{MINE}", f"acme/{OTHERS}"}
    assert facts_in(outcome.outgoing) == facts_in(partitions.handler.republish(outcome.pending))
    assert BOB not in repr(outcome.outgoing)
    assert {d["_id"]: d["partition"] for d in tickets.find()} == homes
    assert outcome.counts == {"handled": 1, "duplicate": 0, "late": 0}


def test_who_comes_back_after_the_erasure_is_known_from_then_on(partitions: Partitions) -> None:
    partitions.tell(*life(), erased(at("12:00")))

    partitions.tell(
        changed(MINE, at("13:00"), requester=BOB, contact="sealed-new"),
        wrote(OTHERS, at("12:01"), "customer", BOB),
    )

    mine = facts_of(partitions, MINE)
    assert (mine["requester"], mine["contact"]) == (BOB, "sealed-new")
    assert sorted(partitions.store.known_to([BOB])) == sorted([f"acme/{MINE}", f"acme/{OTHERS}"])


def test_what_arrives_late_brings_nothing_back(mongo: Mongo, partitions: Partitions) -> None:
    history = life()
    partitions.tell(*history, erased(at("12:00")))
    late = [
        created("late", at("07:00"), requester=BOB, contact="sealed-bob"),
        wrote(MINE, at("08:15"), "customer", BOB),
        changed(OTHERS, at("12:00"), requester=BOB, contact="sealed-bob"),
    ]

    partitions.tell(*late, *history)

    assert BOB.encode() not in stored_bytes(partitions.store)
    assert b"sealed-bob" not in stored_bytes(partitions.store)
    assert facts_of(partitions, MINE)["replies"]["customer"] == 2
    assert numbers(partitions.store.rollups) == oracle.rollups([*history, *late], 3600)
    assert verify(mongo, partitions) == []


def test_an_erasure_and_what_it_erases_may_come_in_one_batch(partitions: Partitions) -> None:
    partitions.tell(*life())

    batch(
        partitions,
        wrote(MINE, at("09:30"), "customer", BOB),
        erased(at("12:00")),
        wrote(MINE, at("09:40"), "bot"),
    )

    assert BOB.encode() not in stored_bytes(partitions.store)
    assert facts_of(partitions, MINE)["replies"] == {"agent": 1, "customer": 2, "bot": 1}


@pytest.mark.parametrize("when", ["before", "between", "after"])
def test_an_address_that_says_not_whose_it_is_goes_with_an_erased_requester(
    when: str, partitions: Partitions
) -> None:
    loose = [
        changed(MINE, at("08:05"), contact="sealed-loose"),
        changed(OTHERS, at("08:15"), contact="sealed-kept"),
    ]
    erasure = [erased(at("12:00"))]
    order = {
        "before": [*erasure, *loose, *life()],
        "between": [*loose, *erasure, *life()],
        "after": [*life(), *loose, *erasure],
    }

    partitions.tell(*order[when])

    assert b"sealed-loose" not in stored_bytes(partitions.store)
    assert facts_of(partitions, OTHERS)["contact"] == "sealed-kept"


def test_an_address_stated_after_the_erasure_stays(partitions: Partitions) -> None:
    partitions.tell(*life(), erased(at("12:00")), changed(MINE, at("12:01"), contact="sealed-later"))

    assert facts_of(partitions, MINE)["contact"] == "sealed-later"


def test_an_erasure_told_again_or_for_nobody_changes_nothing(partitions: Partitions) -> None:
    partitions.tell(*life(), erased(at("12:00")))
    before = facts_of(partitions, MINE)

    again = batch(partitions, erased(at("12:00")), erased(at("11:00")), erased(at("12:00"), "f0" * 16))

    assert (again.outgoing, again.pending) == ([], [])
    assert facts_of(partitions, MINE) == before
    assert partitions.store.erased.among([BOB]) == {BOB: oracle.us(at("12:00"))}


@pytest.mark.fault
def test_an_erasure_reaches_the_tickets_of_all_partitions_through_the_broker(
    broker: Stack, database: str, mongo: Mongo, tmp_path: Path
) -> None:
    history = life()
    with closing(Publisher(broker.kafka)) as publisher, worker(environment(broker, database), tmp_path):
        publisher.publish([message(one) for one in history])
        check.await_all_processed(mongo, broker.kafka, database)
        publisher.publish([message(erased(at("12:00")))])
        check.await_all_processed(mongo, broker.kafka, database)
        check.assert_exact(mongo, broker.kafka, database, history)

    newest = {record.key: record.value for record in check.published(broker.kafka, TICKETS)}
    assert len(newest) == 2
    assert BOB.encode() not in b"".join(newest.values()) + stored_bytes(Store(mongo[database]))


def test_of_an_erasure_and_an_event_at_the_same_moment_one_begins_again(
    mongo: Mongo, database: str, partitions: Partitions
) -> None:
    """Neither sees what the other writes: without a conflict the event would be stored with the customer."""
    positions = Positions(mongo[database], "metrics")
    home = partition_of(MINE)
    start = Position(topic=EVENTS, partition=home, topic_id="t", offset=0)
    positions.start(start)
    known = json.dumps(created(MINE, at("08:00"), requester=BOB)).encode()

    def store_the_event() -> None:
        with mongo.start_session() as session, session.start_transaction():
            partitions.handler.process(Batch(EVENTS, home, [Record(0, 0, b"", known)]), session)
            batch(partitions, erased(at("12:00")))
            positions.move(start, msgspec.structs.replace(start, offset=1), session)

    with pytest.raises(PyMongoError, match=r"Write ?[Cc]onflict"):
        store_the_event()
    partitions.process(known, partition=home)

    assert BOB.encode() not in stored_bytes(partitions.store)
    assert facts_of(partitions, MINE)["version"] == 1
