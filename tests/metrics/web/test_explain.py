"""An explanation says which events made the facts, and never contradicts them."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.facts import Facts
from events.instants import micros
from harness.desk import typed
from harness.telling import Wire, changed, created, event, wrote
from harness.timelines import START, histories
from metrics.ticket.explain import explain
from metrics.ticket.explanation import Explanation
from metrics.ticket.fold import fold
from metrics.ticket.render import facts

WINDOW = 45_000_000_000


def both(events: list[Wire], as_of: int) -> tuple[Facts, Explanation] | None:
    past = [one for one in map(typed, events) if micros(one.time) <= as_of]
    return (facts(fold(past), as_of), explain(past, as_of)) if past else None


@settings(max_examples=300, deadline=None)
@given(histories(("1",)), st.integers(0, WINDOW))
def test_the_intervals_cover_the_time_since_creation_and_sum_up_to_the_facts(
    events: list[Wire], after: int
) -> None:
    as_of = micros(START) + after
    pair = both(events, as_of)
    if pair is None:
        return
    known, why = pair

    spent: Counter[str] = Counter()
    for interval in why.intervals:
        for name in interval.counts_in:
            spent[name] += micros(interval.until) - micros(interval.since)

    assert all(one.until == following.since for one, following in pairwise(why.intervals))
    covered = sum(micros(i.until) - micros(i.since) for i in why.intervals)
    assert covered == as_of - micros(known.created_at)
    expected = {
        **{f"status_times.{n}": getattr(known.status_times, n).calendar for n in ("new", "open", "pending")},
        "status_times.on_hold": known.status_times.on_hold.calendar,
        "requester_wait": known.requester_wait.calendar,
        "agent_work": known.agent_work.calendar,
        "worked": known.worked.calendar,
        "full_resolution": 0,
    }
    resolved_gaps = 0
    if known.full_resolution is not None:
        expected["full_resolution"] = known.full_resolution.calendar
        latest = known.full_resolution.at
        resolved_gaps = sum(
            micros(i.until) - micros(i.since)
            for i in why.intervals
            if i.status in ("resolved", "closed") and i.until <= latest
        )
        assert resolved_gaps == sum(
            micros(i.until) - micros(i.since) for i in why.intervals if i.counts_in == ["full_resolution"]
        )
    for name, seconds in expected.items():
        assert spent[name] == round((seconds or 0) * 1e6), name


@settings(max_examples=300, deadline=None)
@given(histories(("1",)), st.integers(0, WINDOW))
def test_every_clock_starts_and_ends_where_the_facts_say(events: list[Wire], after: int) -> None:
    pair = both(events, micros(START) + after)
    if pair is None:
        return
    known, why = pair

    assert why.created_at.at == known.created_at
    response = known.first_response
    assert why.first_response.until == (response.at if response else None)
    if response is not None:
        started = why.first_response.since
        assert started is not None
        assert micros(response.at) - micros(started) == round((response.calendar or 0) * 1e6)
    assert why.acknowledgement.until == (known.acknowledgement.at if known.acknowledgement else None)
    assert [(c.since, c.until) for c in why.cycles] == [(c.opened_at, c.resolved_at) for c in known.cycles]
    assert [(e.since, e.until) for e in why.exchanges] == [
        (e.customer_at, e.agent_at) for e in known.exchanges
    ]
    assert (why.excluded_by is None) == (known.excluded is None)


@settings(max_examples=300, deadline=None)
@given(histories(("1",)), st.integers(0, WINDOW))
def test_a_clock_that_ended_names_the_event_and_every_cited_event_is_one_of_the_ticket(
    events: list[Wire], after: int
) -> None:
    pair = both(events, micros(START) + after)
    if pair is None:
        return
    why = pair[1]
    ids = {one["id"] for one in events}

    for clock in (why.first_response, why.acknowledgement, *why.cycles, *why.exchanges):
        assert (clock.until is None) == (clock.ended_by is None)
        assert (clock.since is None) == (clock.started_by is None)
        cited = [clock.started_by, clock.ended_by, *clock.passed_over]
        assert {one.id for one in cited if one} <= ids
        assert clock.ended_by is None or clock.ended_by.id not in {one.id for one in clock.passed_over}


def test_what_does_not_answer_is_passed_over_with_its_reason() -> None:
    events = [
        created("1", "2026-11-01T09:00:00Z"),
        wrote("1", "2026-11-01T09:01:00Z", "bot"),
        wrote("1", "2026-11-01T09:02:00Z", "agent", "ayse", public=False),
        changed("1", "2026-11-01T09:03:00Z", status="open"),
        wrote("1", "2026-11-01T09:04:00Z", "customer"),
        wrote("1", "2026-11-01T09:05:00Z", "agent", "ayse"),
        wrote("1", "2026-11-01T09:06:00Z", "agent", "ayse"),
    ]

    why = explain(map(typed, events), micros(typed(events[-1]).time))

    reasons = [
        "written by a bot",
        "private note",
        "a status change is no answer",
        "written by the customer",
    ]
    assert [one.reason for one in why.first_response.passed_over] == reasons
    assert why.first_response.ended_by is not None
    assert why.first_response.ended_by.id == events[5]["id"]
    assert why.acknowledgement.ended_by is not None
    assert why.acknowledgement.ended_by.type == "ticket.commented"
    assert [(one.id, one.reason) for one in why.outside_exchanges] == [
        (events[6]["id"], "nobody was waiting")
    ]


def test_on_an_outbound_ticket_an_agents_message_answers_nobody_until_the_customer_writes() -> None:
    events = [
        created("1", "2026-11-01T09:00:00Z", outbound=True),
        wrote("1", "2026-11-01T09:01:00Z", "agent", "ayse"),
        wrote("1", "2026-11-01T10:00:00Z", "customer"),
        wrote("1", "2026-11-01T10:30:00Z", "agent", "ayse"),
    ]

    why = explain(map(typed, events), micros(typed(events[-1]).time))

    assert why.first_response.started_by is not None
    assert why.first_response.started_by.id == events[2]["id"]
    assert [one.reason for one in why.first_response.passed_over] == ["nobody was waiting"]
    assert len(why.exchanges) == 1


@pytest.mark.parametrize(
    ("status", "reason"),
    [("closed", "the status was closed already"), ("resolved", "closed to resolved is no resolution")],
)
def test_a_repeated_resolution_is_passed_over(status: str, reason: str) -> None:
    events = [
        created("1", "2026-11-01T09:00:00Z"),
        changed("1", "2026-11-01T10:00:00Z", status="closed"),
        changed("1", "2026-11-01T11:00:00Z", status=status),
        event("ticket.deleted", "1", "2026-11-01T12:00:00Z"),
    ]

    why = explain(map(typed, events), micros(typed(events[-1]).time))

    assert [one.reason for one in why.cycles[0].passed_over] == [reason]
    assert why.excluded_by is not None
    assert why.excluded_by.id == events[3]["id"]
