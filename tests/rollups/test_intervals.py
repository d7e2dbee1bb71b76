"""Local hours, days, weeks and months as spans of instants."""

from datetime import UTC, datetime, tzinfo
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rollups import intervals
from rollups.intervals import INTERVALS, Interval, edges, floor, following, instant, zone

ZONES = ("UTC", "Europe/Istanbul", "Europe/Rome", "America/New_York", "Asia/Kolkata", "America/Sao_Paulo")


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def local(seconds: int, where: tzinfo) -> str:
    return datetime.fromtimestamp(seconds, where).isoformat()


def test_a_day_of_a_clock_change_is_23_or_25_hours_long() -> None:
    rome = zone("Europe/Rome")

    spring = list(edges(at("2026-03-28T00:00+01:00"), at("2026-03-31T00:00+02:00"), "day", rome))
    autumn = list(edges(at("2026-10-24T00:00+02:00"), at("2026-10-27T00:00+01:00"), "day", rome))

    assert [b - a for a, b in pairwise(spring)] == [86_400, 23 * 3600, 86_400]
    assert [b - a for a, b in pairwise(autumn)] == [86_400, 25 * 3600, 86_400]


def test_hours_go_on_in_steps_of_3600_seconds_through_a_clock_change() -> None:
    steps = list(
        edges(at("2026-10-25T00:00+02:00"), at("2026-10-26T00:00+01:00"), "hour", zone("Europe/Rome"))
    )

    assert [b - a for a, b in pairwise(steps)] == [3600] * 25


def test_hours_of_a_half_hour_zone_begin_on_its_own_full_hour() -> None:
    kolkata = zone("Asia/Kolkata")

    begin = floor(at("2026-11-01T09:59+05:30"), "hour", kolkata)

    assert local(begin, kolkata) == "2026-11-01T09:00:00+05:30"


def test_a_day_whose_midnight_is_skipped_begins_at_the_first_moment_there_is() -> None:
    paulo = zone("America/Sao_Paulo")

    begin = floor(at("2018-11-04T12:00-02:00"), "day", paulo)

    assert local(begin, paulo) == "2018-11-04T01:00:00-02:00"


def test_a_day_that_never_was_has_no_interval() -> None:
    apia = zone("Pacific/Apia")

    days = list(edges(at("2011-12-29T00:00-10:00"), at("2012-01-01T00:00+14:00"), "day", apia))

    assert [local(day, apia)[:10] for day in days] == ["2011-12-29", "2011-12-31", "2012-01-01"]


def test_weeks_begin_on_monday_and_months_on_the_first() -> None:
    istanbul = zone("Europe/Istanbul")
    sunday = at("2026-11-22T23:30+03:00")

    assert local(floor(sunday, "week", istanbul), istanbul) == "2026-11-16T00:00:00+03:00"
    assert local(following(sunday, "week", istanbul), istanbul) == "2026-11-23T00:00:00+03:00"
    assert local(floor(sunday, "month", istanbul), istanbul) == "2026-11-01T00:00:00+03:00"
    assert local(following(at("2026-12-31T12:00+03:00"), "month", istanbul), istanbul) == (
        "2027-01-01T00:00:00+03:00"
    )


def test_the_first_and_last_interval_are_cut_where_the_period_begins_and_ends() -> None:
    begin, end = at("2026-01-15T00:00+00:00"), at("2026-03-02T00:00+00:00")

    months = [local(edge, UTC)[:10] for edge in edges(begin, end, "month", UTC)]

    assert months == ["2026-01-15", "2026-02-01", "2026-03-01", "2026-03-02"]
    assert list(edges(begin, end, None, UTC)) == [begin, end]


@settings(max_examples=300)
@given(st.integers(0, 4_000_000_000), st.sampled_from(INTERVALS), st.sampled_from(ZONES).map(ZoneInfo))
def test_every_moment_lies_in_the_interval_that_it_is_floored_to(
    moment: int, interval: Interval, where: ZoneInfo
) -> None:
    begin, end = floor(moment, interval, where), following(moment, interval, where)

    assert begin <= moment < end
    assert floor(begin, interval, where) == begin
    assert following(begin, interval, where) == end


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-21T09:30:00Z", "2026-11-21T09:30:00+00:00"),
        ("2026-11-21t09:30:00z", "2026-11-21T09:30:00+00:00"),
        ("2026-11-21T09:30:00.25+03:00", "2026-11-21T06:30:00.250000+00:00"),
        ("2026-11-21", "2026-11-20T21:00:00+00:00"),
        ("2026-11-21T09:30", "2026-11-21T06:30:00+00:00"),
    ],
)
def test_an_instant_is_read_with_its_zone_or_on_local_clocks(text: str, expected: str) -> None:
    us = instant(text, zone("Europe/Istanbul"))

    assert us == round(datetime.fromisoformat(expected).timestamp() * 1e6)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "20261121",
        "2026-W47-6",
        "2026-13-01",
        "2026-11-21T09:30:00 03:00",
        "1969-12-31",
        "2200-01-01",
    ],
)
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected|month"):
        instant(text, UTC)


def test_without_local_clocks_an_instant_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="with a zone"):
        instant("2026-11-21T09:30:00")


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../etc/passwd", "Europe", "x" * 300, "a\0b"])
def test_what_is_no_time_zone_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="IANA"):
        intervals.zone(name)
