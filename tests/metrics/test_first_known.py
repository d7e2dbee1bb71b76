"""Totals as first known: they never fall, and what changes behind them is counted as restated."""

from typing import Any

import pytest
from pymongo import MongoClient

from harness.partitions import Partitions, numbers
from harness.telling import changed, created, event, wrote


@pytest.fixture
def partitions(mongo: MongoClient[dict[str, Any]], database: str) -> Partitions:
    return Partitions(mongo, database)


def at(time: str) -> str:
    return f"2026-05-04T{time}:00+00:00"


def totals(partitions: Partitions) -> dict[str, int]:
    """The totals of all label sets, without the details of the histograms."""
    found: dict[str, int] = {}
    for measures in numbers(partitions.store.totals).values():
        for measure, amount in measures.items():
            if ".le." not in measure and not measure.endswith((".s", ".u")):
                found[measure] = found.get(measure, 0) + amount
    return found


WHOLE_LIFE = [
    created("1", at("08:00"), team="billing"),
    wrote("1", at("09:00"), "agent", "ayse"),
    wrote("1", at("10:00"), "customer"),
    wrote("1", at("10:30"), "agent", "ayse"),
    changed("1", at("11:00"), status="resolved"),
]
KNOWN = {
    "created": 1,
    "customer_messages": 1,
    "first_response.n": 1,
    "next_response.n": 1,
    "resolved": 1,
    "resolution.n": 1,
}
ALL_TAKEN = {
    "restated.created": 1,
    "restated.customer_messages": 1,
    "restated.first_response": 1,
    "restated.next_response": 1,
    "restated.resolved": 1,
    "restated.resolution": 1,
}
DELETED = event("ticket.deleted", "1", at("13:00"))
LATER = {
    "a reopening counts and restates nothing": ([changed("1", at("12:00"), status="open")], {"reopened": 1}),
    "another resolution counts": (
        [changed("1", at("12:00"), status="open"), changed("1", at("12:30"), status="closed")],
        {"reopened": 1, "resolved": 1, "resolution.n": 1},
    ),
    "a deletion takes nothing but is restated": ([DELETED], ALL_TAKEN),
    "coming back counts nothing twice but is restated again": (
        [DELETED, event("ticket.undeleted", "1", at("14:00"))],
        dict.fromkeys(ALL_TAKEN, 2),
    ),
    "an earlier answer restates the first response": (
        [wrote("1", at("08:20"), "agent", "mehmet")],
        {"restated.first_response": 1},
    ),
    "an earlier creation restates the durations from it": (
        [created("1", at("07:00"))],
        {"restated.first_response": 1, "restated.resolution": 1},
    ),
    "a late customer message counts once": ([wrote("1", at("08:10"), "customer")], {"customer_messages": 1}),
    "a move to another team counts nothing": ([changed("1", at("12:00"), team="orders")], {}),
}


@pytest.mark.parametrize("name", LATER)
def test_totals_as_first_known(name: str, partitions: Partitions) -> None:
    later, grown = LATER[name]
    partitions.tell(*WHOLE_LIFE)
    assert totals(partitions) == KNOWN
    seen = totals(partitions)

    for one in later:
        partitions.tell(one)
        now = totals(partitions)
        assert all(now[measure] >= amount for measure, amount in seen.items()), "a total fell"
        seen = now

    expected = {
        measure: KNOWN.get(measure, 0) + grown.get(measure, 0) for measure in KNOWN.keys() | grown.keys()
    }
    assert seen == expected
