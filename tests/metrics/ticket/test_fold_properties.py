"""The fold depends on the set of events alone, and agrees with the plain oracle."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from events.instants import micros
from harness import crediting, oracle
from harness.desk import Desk, typed
from harness.timelines import START, histories
from metrics.ticket.fold import fold
from metrics.ticket.render import facts, status_times, ticket_facts

Wire = dict[str, Any]
LATER = micros(START) + 30 * 86_400_000_000


def batches(data: st.DataObject, events: list[Wire]) -> list[list[Wire]]:
    """`events` shuffled, some of them repeated, cut into batches."""
    arrivals = data.draw(st.permutations(events + data.draw(st.lists(st.sampled_from(events), max_size=5))))
    cuts = sorted(data.draw(st.sets(st.integers(0, len(arrivals)), max_size=5)))
    return [arrivals[i:j] for i, j in zip([0, *cuts], [*cuts, len(arrivals)], strict=True)]


@settings(max_examples=400, deadline=None)
@given(st.data(), histories())
def test_any_order_duplication_and_batching_gives_the_same_facts(
    data: st.DataObject, events: list[Wire]
) -> None:
    desk, plain = Desk(), Desk()
    plain.take(events)

    for batch in batches(data, events):
        desk.take(batch)

    assert desk.tickets.keys() == plain.tickets.keys()
    for name, ticket in plain.tickets.items():
        assert desk.tickets[name].raw == ticket.raw


@settings(max_examples=400, deadline=None)
@given(st.data(), histories())
def test_aggregates_equal_the_oracles_after_any_order_duplication_and_batching(
    data: st.DataObject, events: list[Wire]
) -> None:
    desk = Desk()

    for batch in batches(data, events):
        desk.take(batch)

    assert {tuple(place): measures for place, measures in desk.rollups.items()} == oracle.rollups(
        events, 3600
    )


@settings(max_examples=400, deadline=None)
@given(histories(("1",)), st.integers(0, 45_000_000_000))
def test_facts_at_a_moment_are_those_of_the_events_up_to_then(events: list[Wire], after: int) -> None:
    as_of = micros(START) + after
    past = [event for event in events if oracle.us(event["time"]) <= as_of]
    if not past:
        return
    expected = oracle.Ticket(past)

    known = facts(fold(map(typed, past)), as_of)

    assert micros(known.created_at) == expected.created
    assert known.version == len(past)
    assert known.status == expected.statuses()[-1][1]
    first = expected.first_response()
    found = known.first_response
    assert (found and (micros(found.at), round((found.calendar or 0) * 1e6))) == first
    assert known.excluded == expected.excluded()
    for name in ("new", "open", "pending", "on_hold"):
        spent = getattr(known.status_times, name).calendar
        assert round(spent * 1e6) == expected.status_time(name, as_of)
    assert round((known.worked.calendar or 0) * 1e6) == sum(
        (resolved or as_of) - opened for opened, resolved in expected.cycles()
    )
    assert known.replies.customer == len(expected.comments("customer"))
    assert known.replies.bot == len(expected.comments("bot"))


@settings(max_examples=400, deadline=None)
@given(histories(("1",)))
def test_each_cycle_is_credited_to_who_replied_in_it_and_to_whom_it_was_assigned(events: list[Wire]) -> None:
    expected = oracle.Ticket(events)

    known = ticket_facts(fold(map(typed, events)), LATER)

    assert known.credited == crediting.credited(expected)
    assert len(known.credited) == len(known.cycles)
    for name in ("requester", "locale"):
        assert getattr(known, name) == expected.field(name)
    assert known.contact == (None if known.excluded else expected.field("contact"))


@settings(max_examples=400, deadline=None)
@given(histories(("1",)))
def test_status_times_and_resolved_gaps_add_up_to_the_full_resolution(events: list[Wire]) -> None:
    state = fold(map(typed, events))
    latest = state.cycles[-1].resolved
    if latest is None:
        return

    times = status_times(state, LATER)
    gaps = sum(
        after.opened - (before.resolved or 0)
        for before, after in zip(state.cycles, state.cycles[1:], strict=False)
    )

    assert times.new + times.open + times.pending + times.on_hold + gaps == latest - state.created_at


@given(histories(("1",)))
def test_a_state_survives_its_stored_form(events: list[Wire]) -> None:
    desk = Desk()
    desk.take(events)

    stored = desk.tickets["acme/1"]

    assert json.loads(stored.raw)
    assert stored.state() == fold(map(typed, events))


def test_appending_to_a_long_ticket_reads_no_history_and_touches_a_handful_of_aggregates() -> None:
    desk = Desk()
    desk.take(conversation(0, 3000))
    before = desk.histories_read

    small = Desk()
    small.take(conversation(0, 2))
    for one in (desk, small):
        one.rollups = {}
    desk.take(conversation(3000, 3002))
    small.take(conversation(2, 4))

    assert desk.histories_read == before == 0
    assert sum(map(len, desk.rollups.values())) == sum(map(len, small.rollups.values()))


def test_a_late_event_folds_its_own_ticket_anew_and_no_other() -> None:
    desk = Desk()
    desk.take(conversation(1, 50))
    desk.take([{**event, "subject": "2", "id": "other " + event["id"]} for event in conversation(1, 50)])

    desk.take(conversation(0, 1))

    assert desk.histories_read == 1
    assert desk.state("1").version == 50


def conversation(start: int, end: int) -> list[Wire]:
    """A customer and an agent taking turns, one comment a minute."""
    return [
        {
            "specversion": "1.0",
            "id": f"c{number}",
            "source": "acme",
            "subject": "1",
            "type": "ticket.commented",
            "time": f"2026-03-{1 + number // 1440:02d}T{number // 60 % 24:02d}:{number % 60:02d}:00Z",
            "data": {"author": {"kind": ("customer", "agent")[number % 2], "id": "ayse"}},
        }
        for number in range(start, end)
    ]
