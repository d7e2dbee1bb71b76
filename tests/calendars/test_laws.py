"""What holds of business time for any calendar and any instants, to the microsecond."""

import math
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from calendars.business import after, business, intervals
from calendars.calendar import ALWAYS, Calendar
from calendars.config import calendars
from calendars.timeline import Blocks
from events.instants import SECOND, micros

HOUR = 3600 * SECOND
DAY = 24 * HOUR
OFFICE = {
    "timezone": "Europe/Istanbul",
    "hours": {"mon-fri": ["09:00-12:30", "13:30-18:00"], "sat": ["10:00-14:00"]},
    "holidays": {"country": "TR", "half_days": ["2026-10-28"], "dates": ["2026-12-31"]},
}
NIGHT = {"timezone": "America/New_York", "hours": {"thu-mon": ["22:00-06:00"]}}
CALENDARS = calendars(
    {
        "office": OFFICE,
        "night": NIGHT,
        "island": {"timezone": "Australia/Lord_Howe", "hours": {"mon-sun": ["01:45-02:15", "12:00-12:01"]}},
        "rare": {"timezone": "Europe/Rome", "hours": {"sun": ["02:30-02:31"]}},
        "grown": [OFFICE, NIGHT | {"valid_from": "2026-07-01T09:00:00.000001Z"}],
    }
)
MONDAY = micros(datetime(2026, 11, 2, 6, tzinfo=UTC))

some_calendar = st.sampled_from(sorted(CALENDARS)).map(CALENDARS.__getitem__)
instants = st.one_of(
    st.integers(micros(datetime(2026, 1, 1, tzinfo=UTC)), micros(datetime(2027, 12, 31, tzinfo=UTC))),
    st.integers(micros(datetime(1970, 1, 1, tzinfo=UTC)), micros(datetime(2070, 1, 1, tzinfo=UTC))),
    st.integers(micros(datetime(1, 1, 1, tzinfo=UTC)), micros(datetime(9999, 12, 31, tzinfo=UTC))),
)
amounts = st.one_of(st.integers(0, 10 * SECOND), st.integers(0, 400 * HOUR), st.integers(0, 50_000 * HOUR))


@settings(max_examples=500, deadline=None)
@given(some_calendar, instants, amounts)
def test_as_much_has_passed_after_an_amount_as_the_amount(
    calendar: Calendar, start: int, amount: int
) -> None:
    end = after(calendar, start, amount)

    assert end >= start
    assert business(calendar, start, end) == amount


@settings(max_examples=500, deadline=None)
@given(some_calendar, instants, amounts)
def test_not_a_microsecond_earlier(calendar: Calendar, start: int, amount: int) -> None:
    assume(amount > 0)
    end = after(calendar, start, amount)

    assert business(calendar, start, end - 1) == amount - 1


@settings(max_examples=500, deadline=None)
@given(some_calendar, st.lists(instants, min_size=2, max_size=6))
def test_parts_add_up_to_the_whole(calendar: Calendar, cuts: list[int]) -> None:
    cuts.sort()

    parts = sum(business(calendar, start, end) for start, end in pairwise(cuts))

    assert parts == business(calendar, cuts[0], cuts[-1])


@settings(max_examples=500, deadline=None)
@given(some_calendar, instants, amounts, amounts)
def test_amounts_may_be_waited_for_one_after_the_other(
    calendar: Calendar, start: int, first: int, second: int
) -> None:
    assume(second > 0)

    assert after(calendar, after(calendar, start, first), second) == after(calendar, start, first + second)


@settings(max_examples=100, deadline=None)
@given(some_calendar, instants, st.integers(0, 900 * DAY))
def test_the_intervals_add_up_and_lie_apart(calendar: Calendar, start: int, length: int) -> None:
    listed = list(intervals(calendar, start, start + length))

    assert sum(span.end - span.start for span in listed) == business(calendar, start, start + length)
    assert all(span.start < span.end for span in listed)
    for one, next_one in pairwise(listed):
        assert one.end < next_one.start or (one.end == next_one.start and one.version != next_one.version)


@settings(deadline=None)
@given(instants, instants, amounts)
def test_always_counts_as_the_clock_does(start: int, end: int, amount: int) -> None:
    assert business(ALWAYS, start, end) == max(0, end - start)
    assert after(ALWAYS, start, amount) == start + amount
    assert [(span.start, span.end) for span in intervals(ALWAYS, start, start + amount)] == (
        [(start, start + amount)] if amount else []
    )


def test_open_around_the_clock_is_always() -> None:
    round_the_clock = calendars({"c": {"timezone": "Europe/Rome", "hours": {"mon-sun": ["00:00-24:00"]}}})[
        "c"
    ]

    (span,) = intervals(round_the_clock, MONDAY, MONDAY + 2000 * DAY)

    assert (span.start, span.end) == (MONDAY, MONDAY + 2000 * DAY)


def test_an_interval_names_the_version_that_opened_it_and_ends_with_it() -> None:
    before = {"timezone": "UTC", "hours": {"mon-sun": ["00:00-24:00"]}}
    changed = before | {"valid_from": "2026-11-03T00:00:00Z", "timezone": "Europe/Rome"}
    calendar = calendars({"c": [before, changed]})["c"]

    listed = list(intervals(calendar, MONDAY, MONDAY + 2 * DAY))

    assert [(span.start, span.end, span.version) for span in listed] == [
        (MONDAY, MONDAY + 18 * HOUR, calendar.versions[0]),
        (MONDAY + 18 * HOUR, MONDAY + 2 * DAY, calendar.versions[1]),
    ]


def test_intervals_come_as_they_are_asked_for() -> None:
    calendar = calendars({"office": OFFICE})["office"]

    next(intervals(calendar, MONDAY, MONDAY + 30 * 365 * DAY))

    assert isinstance(calendar.timeline, Blocks)
    assert calendar.timeline.worked_out <= 4


def test_a_negative_amount_is_refused() -> None:
    with pytest.raises(ValueError, match="0 or more"):
        after(CALENDARS["office"], MONDAY, -1)


def test_a_question_within_known_time_works_nothing_out_again() -> None:
    calendar = calendars({"office": OFFICE})["office"]
    end = MONDAY + 30 * 365 * DAY
    business(calendar, MONDAY, end)
    after(calendar, MONDAY, business(calendar, MONDAY, end) // 2)
    assert isinstance(calendar.timeline, Blocks)
    known = calendar.timeline.worked_out

    for hours in range(0, 1000, 7):
        business(calendar, MONDAY + hours * HOUR, MONDAY + 2 * hours * HOUR)
        after(calendar, MONDAY, hours * HOUR)

    assert calendar.timeline.worked_out - known <= 1


@pytest.mark.parametrize("absurd", [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)])
def test_an_absurd_time_costs_no_more_than_the_years_that_are_known(absurd: datetime) -> None:
    calendar = calendars({"night": NIGHT})["night"]

    business(calendar, micros(absurd), MONDAY)
    business(calendar, MONDAY, micros(absurd))

    assert isinstance(calendar.timeline, Blocks)
    assert calendar.timeline.worked_out <= 2 * 130


def test_thirty_years_take_hardly_longer_than_a_day() -> None:
    calendar = calendars({"office": OFFICE})["office"]
    years = 30 * 365 * DAY
    year_hours = business(calendar, MONDAY, MONDAY + years)

    assert best(lambda: business(calendar, MONDAY, MONDAY + years)) < 5 * best(
        lambda: business(calendar, MONDAY, MONDAY + DAY)
    )
    assert best(lambda: after(calendar, MONDAY, year_hours)) < 10 * best(
        lambda: after(calendar, MONDAY, 4 * HOUR)
    )


def best(call: Callable[[], object]) -> float:
    """The shortest that a hundred calls took, in seconds; the first ones warm up."""
    shortest = math.inf
    for _ in range(20):
        began = time.perf_counter()
        for _ in range(100):
            call()
        shortest = min(shortest, time.perf_counter() - began)
    return shortest
