"""What holds of the clocks of any ticket, whatever happened to it."""

from collections.abc import Callable
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from calendars.config import calendars
from events.instants import micros
from harness.desk import Desk, typed
from harness.timelines import START, histories
from metrics.batch import Ways
from metrics.sla.clock import Clock
from metrics.sla.policy import Rules, Target, rules
from metrics.ticket.clocks import clocks
from metrics.ticket.fold import fold

Wire = dict[str, Any]
MINUTE = 60_000_000
LAST = micros(START) + 40_000_000_000
"""No history has a later event."""
LATER_STATES = {"active": {"active", "breached"}}
"""What the passing of time can make of a clock; any other stays what it is."""

# Open on both sides of the hour that Rome skips in the night of the histories, and shut for a while.
CONFIG = yaml.safe_load("""
calendars:
  rome: {timezone: Europe/Rome, hours: {mon-sun: ["22:00-01:30", "02:15-02:45", "03:30-08:00"]}}
policies:
  - {name: high, match: {priority: high}, calendar: always, pause_on: [pending], reopen: continue,
     targets: {first_response: 1h, next_response: 30m, resolution: 3h, update: 2h}}
  - {name: billing, match: {team: billing}, calendar: rome, targets: {first_response: 2h, resolution: 4h}}
  - {name: rest, calendar: rome, reopen: ignore, valid_from: "2026-03-29T00:30:00Z",
     targets: {first_response: 3h, next_response: 2h, update: 1h}}
""")
RULES: Rules = rules(CONFIG["policies"], calendars(CONFIG["calendars"]), {})
DESK = Ways(3600, RULES)


def known(events: list[Wire], as_of: int) -> list[Clock]:
    """The clocks of the one ticket that `events` tell of."""
    return clocks(fold(map(typed, events), RULES), RULES, as_of)


@settings(max_examples=200, deadline=None)
@given(st.data(), histories())
def test_any_order_duplication_and_batching_gives_the_same_clocks(
    data: st.DataObject, events: list[Wire]
) -> None:
    arrivals = data.draw(st.permutations(events + data.draw(st.lists(st.sampled_from(events), max_size=5))))
    cuts = sorted(data.draw(st.sets(st.integers(0, len(arrivals)), max_size=5)))
    desk, plain = Desk(DESK), Desk(DESK)
    plain.take(events)

    for low, high in zip([0, *cuts], [*cuts, len(arrivals)], strict=True):
        desk.take(arrivals[low:high])

    assert desk.tickets.keys() == plain.tickets.keys()
    for name in plain.tickets:
        expected = clocks(plain.tickets[name].state(), RULES, LAST)
        assert clocks(desk.tickets[name].state(), RULES, LAST) == expected


@settings(max_examples=300, deadline=None)
@given(histories(("1",)), st.lists(st.integers(0, 1500), min_size=2, max_size=4).map(sorted))
def test_what_is_broken_or_kept_at_a_moment_is_so_at_every_later_one(
    events: list[Wire], minutes: list[int]
) -> None:
    seen: dict[tuple[Target, int], Clock] = {}

    for minute in minutes:
        now = {(one.target, one.cycle): one for one in known(events, LAST + minute * MINUTE)}
        for place, before in seen.items():
            after = now[place]
            assert after.state in LATER_STATES.get(before.state, {before.state})
            if before.state == "breached":
                assert after.breached_at == before.breached_at
            if before.state == "met":
                assert after == before
        seen = now


@settings(max_examples=300, deadline=None)
@given(histories(("1",)), st.integers(0, 1500))
def test_a_clock_agrees_with_itself(events: list[Wire], minutes: int) -> None:
    as_of = LAST + minutes * MINUTE

    found = known(events, as_of)

    assert len({(one.target, one.cycle) for one in found}) == len(found)
    for one in found:
        assert one.state in AGREES
        assert AGREES[one.state](one, as_of), one


def late(one: Clock, as_of: int) -> bool:
    """Whether a clock was due, and not fulfilled in time."""
    due = one.breached_at
    return due is not None and due == one.due_at and one.started_at <= due < (one.fulfilled_at or as_of)


AGREES: dict[str, Callable[[Clock, int], bool]] = {
    "active": lambda one, as_of: timely(one) and one.due_at is not None and one.due_at >= as_of,
    "paused": lambda one, _: timely(one) and one.due_at is None,
    "met": lambda one, _: timely(one) and one.fulfilled_at is not None,
    "breached": lambda one, as_of: late(one, as_of) and one.elapsed >= one.allowed,
    "cancelled": lambda one, _: one.breached_at is None and one.elapsed >= 0,
}


def timely(one: Clock) -> bool:
    """Whether a clock has not used more time than it is allowed."""
    return one.breached_at is None and 0 <= one.elapsed <= one.allowed
