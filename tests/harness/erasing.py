"""Customers who are erased, and all that a database still holds."""

from typing import Any

import bson

from harness.telling import event
from metrics.store import Store

Wire = dict[str, Any]

BOB, EVE = "b0b0" * 8, "e4e4" * 8
"""Two customers, by their keyed hashes."""


def erased(time: str, customer: str = BOB) -> Wire:
    """`customer.erased`: what was known of `customer` at `time`."""
    return event("customer.erased", customer, time, source="deskpulse")


def stored_bytes(store: Store) -> bytes:
    """Everything that the database holds, but for the list of who was erased."""
    database = store.database
    names = set(database.list_collection_names()) - {"erased"}
    return b"".join(bson.encode(document) for name in names for document in database[name].find())
