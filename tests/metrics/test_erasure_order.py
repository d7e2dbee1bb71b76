"""An erasure among random histories: numbers stay, the customer is gone, and no order makes a difference."""

import json
from typing import Any
from uuid import uuid4

import bson
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymongo import MongoClient

from harness import oracle
from harness.erasing import erased
from harness.partitions import Partitions, numbers
from harness.timelines import CUSTOMERS, START, histories
from rollups.amounts import Amounts

Wire = dict[str, Any]


@pytest.fixture
def partitions(mongo: MongoClient[dict[str, Any]], database: str) -> Partitions:
    return Partitions(mongo, database)


def of_source(amounts: Amounts, source: str) -> Amounts:
    return {place: measures for place, measures in amounts.items() if place.labels[0] == source}


def told(partitions: Partitions, events: list[Wire], erasure: tuple[int, str]) -> tuple[str, str, list[Wire]]:
    """Tell `events` in a source and of a customer of their own, who is erased as of a time, before the event
    of a number; gives the source, the customer, and the events."""
    source, customer = f"s{uuid4().hex}", uuid4().hex
    renamed = json.loads(json.dumps(events).replace(CUSTOMERS[0], customer))
    own = [{**one, "source": source, "id": f"{source} {one['id']}"} for one in renamed]
    place, time = erasure
    partitions.tell(*own[:place], erased(time, customer), *own[place:])
    return source, customer, own


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data(), histories())
def test_whatever_happened_and_in_whichever_order_it_arrives_numbers_stay_and_the_customer_is_gone(
    partitions: Partitions, data: st.DataObject, events: list[Wire]
) -> None:
    time = data.draw(st.sampled_from([START.isoformat(), *(one["time"] for one in events)]))
    shuffled = data.draw(st.permutations(events))
    place = data.draw(st.integers(0, len(events)))

    source, customer, own = told(partitions, events, (len(events), time))
    other, other_customer, _ = told(partitions, shuffled, (place, time))

    assert of_source(numbers(partitions.store.rollups), source) == oracle.rollups(own, 3600)
    until = oracle.us(time)
    for document in partitions.store.database["events"].find({"ticket": {"$regex": f"^{source}/"}}):
        known = msgspec.json.decode(document["event"])
        assert customer.encode() not in document["event"] or oracle.us(known["time"]) > until
    tickets = partitions.store.database["tickets"]
    for ticket in tickets.find({"source": source}):
        twin = tickets.find_one({"_id": ticket["_id"].replace(source, other)})
        assert twin
        state = twin["state"].replace(other, source).replace(other_customer, customer)
        assert ticket["state"] == state
        stays = any(
            customer in json.dumps(one) and oracle.us(one["time"]) > until
            for one in own
            if f"{source}/{one['subject']}" == ticket["_id"]
        )
        assert (customer.encode() in bson.encode(ticket)) == stays
