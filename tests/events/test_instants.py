"""Instants are exact to the microsecond."""

from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.instants import EPOCH, micros, moment, seconds

_zones = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
_moments = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=_zones)  # noqa: DTZ001
_instants = st.integers(micros(datetime(1, 1, 2, tzinfo=UTC)), micros(datetime(9999, 12, 30, tzinfo=UTC)))


@given(_moments)
def test_a_moment_comes_back_from_its_microseconds(when: datetime) -> None:
    assert moment(micros(when)) == when


@given(_instants)
def test_microseconds_come_back_from_their_moment(us: int) -> None:
    assert micros(moment(us)) == us
    assert moment(us).tzinfo is UTC


@given(_instants, st.integers(-(10**15), 10**15))
def test_moments_lie_as_far_apart_as_their_microseconds(us: int, apart: int) -> None:
    assert (EPOCH + timedelta(microseconds=us)) - moment(us) == timedelta()
    assert micros(EPOCH + timedelta(microseconds=apart)) - micros(EPOCH) == apart


@given(st.integers(0, 100 * 366 * 86_400 * 1_000_000))
def test_seconds_are_the_nearest_number_and_whole_where_they_can_be(us: int) -> None:
    value = seconds(us)

    assert isinstance(value, int) == (us % 1_000_000 == 0)
    assert round(Fraction(value) * 1_000_000) == us


@pytest.mark.parametrize(("us", "expected"), [(0, 0), (1, 0.000001), (1_500_000, 1.5), (60_000_000, 60)])
def test_seconds_as_they_are_shown(us: int, expected: float) -> None:
    assert repr(seconds(us)) == repr(expected)
