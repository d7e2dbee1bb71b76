"""Business time against an oracle that looks at the wall clock every minute."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from holidays import country_holidays
from hypothesis import given, settings
from hypothesis import strategies as st

from calendars.business import after, business, intervals
from calendars.config import calendars
from events.instants import micros

Written = dict[str, Any]
MINUTE = 60_000_000
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
ZONES = [
    "Europe/Istanbul",
    "Europe/Rome",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Pacific/Apia",
    "Africa/Casablanca",
    "UTC",
]
# Days around which the clocks of one of these zones do something, a year or a block turns, or a desk rests.
NOTABLE = [
    datetime(*day, tzinfo=UTC)
    for day in [
        (1999, 12, 30), (2011, 12, 29), (2012, 4, 1), (2015, 11, 7), (2016, 3, 26), (2016, 10, 29),
        (2026, 2, 14), (2026, 3, 7), (2026, 3, 21), (2026, 3, 28), (2026, 4, 4), (2026, 10, 3),
        (2026, 10, 24), (2026, 10, 27), (2026, 10, 31), (2026, 5, 25), (2024, 11, 12), (2025, 11, 11),
    ]
]  # fmt: skip


def minutes_of(text: str) -> int:
    hours, minutes = text.split(":")
    return 60 * int(hours) + int(minutes)


def windows_on(day: date, version: Written) -> Iterator[tuple[int, int]]:
    """The windows that begin on `day`, in minutes after its midnight."""
    holidays = version["holidays"]
    if day.isoformat() in holidays["dates"] or day in public(holidays["country"], day.year, "public"):
        return
    half = day.isoformat() in holidays["half_days"] or day in public(
        holidays["country"], day.year, "half_day"
    )
    for window in version["hours"].get(DAYS[day.weekday()], []):
        start, end = map(minutes_of, window.split("-"))
        end += 1440 if end <= start else 0
        yield start, min(end, 13 * 60) if half else end


@cache
def public(country: str | None, year: int, category: str) -> frozenset[date]:
    """The public holidays that count: half days are Turkey's alone here."""
    if country is None or (category == "half_day" and country != "TR"):
        return frozenset()
    return frozenset(country_holidays(country, years=year, categories=category))


def oracle(versions: list[Written]) -> Callable[[datetime], bool]:
    """Tells whether the desk is open in the minute that begins at a moment in UTC."""
    zones = [ZoneInfo(version["timezone"]) for version in versions]
    changes = [datetime.fromisoformat(version["valid_from"]) for version in versions[1:]]

    @cache
    def windows_of(valid: int, day: date) -> list[tuple[int, int]]:
        return list(windows_on(day, versions[valid]))

    def is_open(at: datetime) -> bool:
        valid = sum(change <= at for change in changes)
        clock = at.astimezone(zones[valid])
        shown, today = clock.hour * 60 + clock.minute, clock.date()
        yesterday = today - timedelta(days=1)
        return any(start <= shown < end for start, end in windows_of(valid, today)) or any(
            start <= shown + 1440 < end for start, end in windows_of(valid, yesterday)
        )

    return is_open


def ticks(start: datetime, count: int, minutes: int = 1) -> list[datetime]:
    return [start + timedelta(minutes=minutes * i) for i in range(count)]


times = st.integers(0, 1439).map(lambda minute: f"{minute // 60:02}:{minute % 60:02}")
windows = st.one_of(
    st.tuples(times, times | st.just("24:00")).filter(lambda pair: pair[0] != pair[1]).map("-".join),
    st.sampled_from(["00:00-24:00", "22:00-06:00", "09:00-12:30", "13:30-18:00", "01:00-04:00"]),
)
starts = st.one_of(
    st.tuples(st.sampled_from(NOTABLE), st.integers(0, 2880)),
    st.tuples(st.datetimes(datetime(1975, 1, 1), datetime(2045, 1, 1)), st.just(0)),  # noqa: DTZ001
).map(lambda pair: pair[0].replace(second=0, microsecond=0, tzinfo=UTC) + timedelta(minutes=pair[1]))


@st.composite
def version(draw: st.DrawFn, start: datetime) -> Written:
    near = st.integers(-1, 4).map(lambda days: (start + timedelta(days=days)).date().isoformat())
    week = st.dictionaries(st.sampled_from(DAYS), st.lists(windows, min_size=1, max_size=3), min_size=1)
    return {
        "timezone": draw(st.sampled_from(ZONES)),
        "hours": draw(week),
        "holidays": {
            "country": draw(st.sampled_from([None, "TR", "IT", "AU"])),
            "dates": draw(st.lists(near, max_size=1)),
            "half_days": draw(st.lists(near, max_size=2)),
        },
    }


@st.composite
def cases(draw: st.DrawFn) -> tuple[datetime, list[Written]]:
    """A start, and a calendar of one to three versions that change within three days after it."""
    start = draw(starts)
    changes = sorted(draw(st.sets(st.integers(0, 4320), max_size=2)))
    first = draw(version(start))
    return start, [first] + [
        draw(version(start)) | {"valid_from": (start + timedelta(minutes=minute)).isoformat()}
        for minute in changes
    ]


@settings(max_examples=150, deadline=None)
@given(cases(), st.integers(1, 4320))
def test_open_minutes_are_those_of_the_wall_clock(case: tuple[datetime, list[Written]], count: int) -> None:
    start, versions = case
    calendar = calendars({"desk": versions})["desk"]
    opened = [micros(at) for at in filter(oracle(versions), ticks(start, count))]
    first, end = micros(start), micros(start) + count * MINUTE

    assert business(calendar, first, end) == len(opened) * MINUTE
    listed = [(span.start, span.end) for span in intervals(calendar, first, end)]
    assert [at for begin, stop in listed for at in range(begin, stop, MINUTE)] == opened
    for place in {0, len(opened) // 2, len(opened) - 1} if opened else ():
        assert after(calendar, first, (place + 1) * MINUTE) == opened[place] + MINUTE
        assert after(calendar, first, place * MINUTE + 1) == opened[place] + 1


@pytest.mark.parametrize("zone", ZONES)
def test_every_quarter_of_decades_is_that_of_the_wall_clock(zone: str) -> None:
    """The oracle looks every half hour: enough for these windows and for every change of these clocks."""
    written = {
        "timezone": zone,
        "hours": {
            day: ["01:30-02:30"] if day == "sun" else ["08:30-12:00", "13:00-17:30", "23:30-03:00"]
            for day in DAYS
            if day != "sat"
        },
        "holidays": {"country": "TR", "dates": [], "half_days": []},
    }
    calendar = calendars({"desk": written})["desk"]
    quarters = [datetime(year, month, 1, tzinfo=UTC) for year in range(2003, 2033) for month in (1, 4, 7, 10)]

    is_open = oracle([written])

    for start, end in pairwise(quarters):
        half_hours = ticks(start, (end - start) // timedelta(minutes=30), minutes=30)
        expected = sum(map(is_open, half_hours)) * 30 * MINUTE

        assert business(calendar, micros(start), micros(end)) == expected, f"{start} to {end}"
