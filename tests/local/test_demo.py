"""The demonstration week."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta

from events.codec import decode
from events.types import AnyEvent, TicketCommented, TicketCreated
from local import demo

END = datetime(2026, 11, 21, 20, tzinfo=UTC)


def week() -> list[AnyEvent]:
    return [decode(json.dumps(event).encode()) for event in demo.week(END)]


def test_the_same_end_gives_the_same_week() -> None:
    assert demo.week(END) == demo.week(END)


def test_every_event_keeps_the_contract_and_lies_in_the_week_in_order_of_time() -> None:
    times = [event.time for event in week()]

    assert times == sorted(times)
    assert END - timedelta(days=7) <= times[0] <= times[-1] < END


def test_no_two_events_share_an_identity() -> None:
    assert max(Counter(event.id for event in week()).values()) == 1


def test_every_ticket_is_created_before_anything_else_happens_to_it() -> None:
    first = {event.subject: event for event in reversed(week())}

    assert len(first) == demo.TICKETS
    assert all(isinstance(event, TicketCreated) for event in first.values())


def test_the_last_subject_is_the_ticket_created_last() -> None:
    created = [event for event in week() if isinstance(event, TicketCreated)]

    assert created[-1].subject == str(demo.TICKETS)


def test_the_week_shows_all_that_happens_on_tickets() -> None:
    events = week()
    kinds = Counter(type(event).__name__ for event in events)
    comments = [event.data for event in events if isinstance(event, TicketCommented)]
    statuses = {event["data"].get("status") for event in demo.week(END)}

    assert (kinds["TicketMerged"], kinds["TicketDeleted"]) == (3, 1)
    assert kinds["TicketHandedOff"] > 10
    assert {"new", "open", "pending", "on_hold", "resolved", "closed"} <= statuses
    assert {comment.author.kind for comment in comments} == {"agent", "customer", "bot"}
    assert not all(comment.public for comment in comments)
    assert sum(event.data.outbound for event in events if isinstance(event, TicketCreated)) == 1


def test_tickets_come_in_office_hours_of_working_days() -> None:
    created = [event.time for event in week() if isinstance(event, TicketCreated)]
    office = [moment for moment in created if moment.weekday() < 5 and 9 <= moment.hour < 18]

    assert len(office) > demo.TICKETS * 0.6
