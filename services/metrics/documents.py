"""A ticket and an event as MongoDB holds them (pure).

A ticket's document holds the fold's state as JSON, what the totals have counted of it, and the few fields
that are searched for.
"""

from typing import Any, Final

import msgspec

from events.codec import key
from metrics.records import Row, StoredEvent, Ticket

READ: Final = {"state": 1, "counted": 1, "writes": 1, "seen_at": 1, "told": 1}
"""The fields that `ticket` reads."""

_encode: Final = msgspec.json.encode


def event_document(event: StoredEvent) -> dict[str, Any]:
    """`event` as it is stored."""
    document: dict[str, Any] = {"_id": event.identity, "ticket": event.ticket, "event": event.raw}
    if event.revision:
        document["revision"] = event.revision
    return document


def ticket(document: dict[str, Any]) -> Ticket:
    """The ticket in a `document` with the fields READ."""
    return Ticket(
        document["state"].encode(),
        document["counted"],
        document["writes"],
        document["seen_at"],
        document["told"],
    )


def ticket_document(partition: int, row: Row) -> dict[str, Any]:
    """The ticket `row` of `partition` as it is stored."""
    state = row.state
    document = {
        "_id": key(state.source, state.subject),
        "partition": partition,
        "writes": row.writes,
        "source": state.source,
        "team": state.team,
        "priority": state.priority,
        "channel": state.channel,
        "created_at": state.created_at,
        "unresolved": state.excluded is None and not state.resolved,
        "next_deadline": row.wake,
        "urgency": row.urgency,
        "seen_at": row.seen_at,
        "told": row.told,
        "state": _encode(state).decode(),
        "counted": row.counted,
    }
    if state.customers:
        document["customers"] = state.customers
    return document
