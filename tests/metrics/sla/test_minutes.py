"""The first-response clock against a slow one that goes a minute at a time and asks if the desk is open."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from calendars.config import calendars
from events.instants import micros
from harness.desk import typed
from metrics.sla.policy import Rules, rules
from metrics.ticket.clocks import clocks
from metrics.ticket.fold import fold

Wire = dict[str, Any]
ROME = ZoneInfo("Europe/Rome")
MINUTE = 60_000_000
MARCH, OCTOBER = datetime(2026, 3, 28, 22, tzinfo=UTC), datetime(2026, 10, 24, 21, tzinfo=UTC)

# Open on both sides of the hours that Rome skips in March and repeats in October, and shut between them.
CONFIG = yaml.safe_load("""
calendars:
  rome: {timezone: Europe/Rome, hours: {mon-sun: ["22:00-01:30", "02:15-02:45", "03:30-08:00"]}}
policies:
  - {name: high, match: {priority: high}, calendar: rome, targets: {first_response: 1h}}
  - {name: rest, calendar: rome, targets: {first_response: 3h}}
""")
RULES: Rules = rules(CONFIG["policies"], calendars(CONFIG["calendars"]), {})


class Told(NamedTuple):
    """What a clock says."""

    state: str
    due_at: int | None
    breached_at: int | None
    elapsed: int


class Minutes(NamedTuple):
    """A ticket's life in whole minutes since `start`: statuses and priorities, the answer, the question."""

    start: datetime
    statuses: dict[int, str]
    priorities: dict[int, str]
    answer: int | None
    as_of: int


_moments = st.integers(0, 20).map(lambda n: 30 * n) | st.integers(0, 600)
_statuses = st.sampled_from(("open", "pending", "on_hold", "resolved"))
_lives = st.builds(
    Minutes,
    start=st.sampled_from((MARCH, OCTOBER)),
    statuses=st.dictionaries(_moments, _statuses, max_size=5),
    priorities=st.dictionaries(_moments, st.sampled_from(("high", "low")), max_size=3),
    answer=st.none() | _moments,
    as_of=st.integers(600, 2000),
)


@settings(max_examples=500, deadline=None)
@given(_lives)
def test_the_clock_agrees_with_one_that_steps_a_minute_at_a_time(life: Minutes) -> None:
    state = fold(map(typed, wire(life)), RULES)

    (found,) = clocks(state, RULES, minute(life, life.as_of))

    assert Told(found.state, found.due_at, found.breached_at, found.elapsed) == stepped(life)
    assert found.fulfilled_at == (None if life.answer is None else minute(life, life.answer))


def stepped(life: Minutes) -> Told:
    """The first-response clock of `life`, minute by minute."""
    stop = life.as_of if life.answer is None else life.answer
    upto = stop if life.answer is None else stop - 1  # a change at the second of the answer comes after it
    status = lasting(life.statuses, "new", upto)
    priority = lasting(life.priorities, "low", upto)
    counted, reached, breached = 0, {0: 0}, None
    for now in range(stop + 1):
        allowed = 60 if priority(now) == "high" else 180
        ticks = status(now) in ("new", "open")
        over = counted > allowed or (counted == allowed and ticks)
        if breached is None and over and reached[allowed] < stop:
            breached = reached[allowed]
        if ticks and now < stop and open_at(life.start, now):
            counted += 1
            reached[counted] = now + 1
    state = "active" if ticks else "paused"
    if breached is not None or life.answer is not None:
        state = "met" if breached is None else "breached"
    due = breached
    if due is None and ticks:
        due = reached.get(allowed) or ahead(life.start, stop, allowed - counted)
    return Told(state, at_minute(life, due), at_minute(life, breached), counted * MINUTE)


def lasting(changes: dict[int, str], first: str, upto: int) -> Callable[[int], str]:
    """What a field is at a minute, by those `changes` that come not after the minute `upto`."""

    def value(now: int) -> str:
        past = [at for at in changes if at <= min(now, upto)]
        return changes[max(past)] if past else first

    return value


def ahead(start: datetime, now: int, left: int) -> int:
    """The minute at which `left` open minutes more have passed."""
    while left:
        left -= open_at(start, now)
        now += 1
    return now


@cache
def open_at(start: datetime, now: int) -> bool:
    """Whether the desk is open in the minute that begins `now` minutes after `start`."""
    wall = (start + timedelta(minutes=now)).astimezone(ROME).strftime("%H:%M")
    return wall >= "22:00" or wall < "01:30" or "02:15" <= wall < "02:45" or "03:30" <= wall < "08:00"


def minute(life: Minutes, number: int) -> int:
    """The µs of a minute of `life`."""
    return micros(life.start) + number * MINUTE


def at_minute(life: Minutes, number: int | None) -> int | None:
    """The same of a minute that may not have come."""
    return None if number is None else minute(life, number)


def wire(life: Minutes) -> list[Wire]:
    """`life` as events."""
    told: list[tuple[int, str, Wire]] = [
        (0, "ticket.created", {}),
        *((at, "ticket.changed", {"status": status}) for at, status in life.statuses.items()),
        *((at, "ticket.changed", {"priority": priority}) for at, priority in life.priorities.items()),
    ]
    if life.answer is not None:
        told.append((life.answer, "ticket.commented", {"author": {"kind": "agent"}}))
    return [
        {
            "specversion": "1.0",
            "id": f"e{number}",
            "source": "acme",
            "subject": "1",
            "type": kind,
            "time": (life.start + timedelta(minutes=at)).isoformat(),
            "data": data,
        }
        for number, (at, kind, data) in enumerate(told)
    ]
