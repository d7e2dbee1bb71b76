"""Facts, events and cases for the tests: what isn't said is as plain as can be."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from events import codec
from events.facts import Cycle, Duration, Replies, StatusTimes, TicketFacts
from events.feedback import EmployeeReported, FeedbackExited, FeedbackMentioned, FeedbackRated
from events.instants import micros

START = datetime(2026, 11, 2, 9, tzinfo=UTC)
HOUR = 3_600_000_000
_NONE = Duration()


def at(hours: float) -> datetime:
    """The moment so many hours after START."""
    return START + timedelta(hours=hours)


def us(hours: float) -> int:
    """The same in µs since the epoch."""
    return micros(at(hours))


def facts(
    cycles: Sequence[tuple[float, float | None]],
    *,
    version: int = 1,
    ticket: str = "7",
    credited: Sequence[Sequence[str]] | None = None,
    **fields: Any,
) -> TicketFacts:
    """Facts of a ticket with `cycles` as hours after START."""
    resolved = cycles[-1][1] is not None
    base: dict[str, Any] = {
        "source": "acme",
        "id": ticket,
        "status": "resolved" if resolved else "open",
        "priority": "normal",
        "team": "billing",
        "assignee": "ayse",
        "channel": "email",
        "created_at": at(cycles[0][0]),
        "as_of": at(cycles[-1][1] or cycles[-1][0]),
        "version": version,
        "first_response": None,
        "acknowledgement": None,
        "first_resolution": None,
        "full_resolution": None,
        "worked": _NONE,
        "status_times": StatusTimes(new=_NONE, open=_NONE, pending=_NONE, on_hold=_NONE),
        "requester_wait": _NONE,
        "agent_work": _NONE,
        "cycles": [
            Cycle(opened_at=at(opened), resolved_at=None if end is None else at(end))
            for opened, end in cycles
        ],
        "reopens": len(cycles) - 1,
        "exchanges": [],
        "replies": Replies(),
        "one_touch": False,
        "excluded": None,
        "sla": [],
        "next_deadline": None,
        "requester": "c" * 32,
        "contact": "sealed",
        "locale": "tr",
        "credited": [list(one) for one in credited]
        if credited
        else [["ayse"] if end else [] for _, end in cycles],
    }
    return TicketFacts(**{**base, **fields})


Said = FeedbackRated | FeedbackMentioned | FeedbackExited | EmployeeReported


def said(kind: str, hours: float, event_id: str, subject: str = "7", **data: Any) -> Any:
    """A feedback event as `helpdesk.feedback` carries it."""
    event = {
        "specversion": "1.0",
        "id": event_id,
        "source": "acme",
        "type": f"feedback.{kind}" if kind != "reported" else "employee.reported",
        "time": at(hours),
        "subject": subject,
        "data": data,
    }
    return codec.decode_feedback_event(msgspec.json.encode(event))
