"""Opening hours as the readings of a wall clock, and when a zone's clock shows them.

A calendar is a set of wall-clock readings: the desk is open at an instant when the clock of its zone shows
one of them. So a window is shorter on the night that skips an hour and longer on the night that repeats one,
and nobody has to say how.
"""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from calendars.public_holidays import NONE, Holidays, public_holidays, year_of
from calendars.spans import DAY, Span, clipped, merged
from calendars.version import Version
from events.instants import moment

_MONDAY_OF_THE_EPOCH: Final = 3  # 1970-01-01 was a Thursday
_MICROSECOND: Final = timedelta(microseconds=1)


def open_spans(version: Version, start: int, end: int) -> Iterator[Span]:
    """When the desk is open in [start, end): µs since the epoch, in order, apart."""
    return merged(_open_spans(version, start, end))


def _open_spans(version: Version, start: int, end: int) -> Iterator[Span]:
    for low, high, offset in offsets(ZoneInfo(version.timezone), start, end):
        for opens, closes in wall_spans(version, low + offset, high + offset):
            yield opens - offset, closes - offset


def offsets(zone: ZoneInfo, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """[start, end) cut where the zone's offset from UTC changes: (from, to, offset), all in µs.

    A look per day finds every change: no zone has ever changed twice within three days.
    """
    low, offset = start, _offset(zone, start)
    for day in range(start, end, DAY):
        upto = min(day + DAY, end)
        if _offset(zone, upto) != offset:
            change = day + _first_other(zone, offset, day, upto)
            yield low, change, offset // _MICROSECOND
            low, offset = change, _offset(zone, upto)
    if low < end:
        yield low, end, offset // _MICROSECOND


def wall_spans(version: Version, start: int, end: int) -> Iterator[Span]:
    """The readings in [start, end) at which the desk is open: µs since 1970-01-01 00:00 on the wall."""
    return merged(clipped(_windows(version, start // DAY - 1, (end - 1) // DAY), start, end))


def _windows(version: Version, first: int, last: int) -> Iterator[Span]:
    """The windows that begin on the days `first` to `last`, by their begin."""
    full, half = _holidays(version, first, last)
    for day in range(first, last + 1):
        if day in full:
            continue
        windows = version.week[(day + _MONDAY_OF_THE_EPOCH) % 7]
        for opens, closes in clipped(windows, 0, version.half_day_until) if day in half else windows:
            yield day * DAY + opens, day * DAY + closes


def _holidays(version: Version, first: int, last: int) -> Holidays:
    public = [NONE]
    if version.country is not None:
        years = range(year_of(first), year_of(last) + 1)
        public = [public_holidays(version.country, version.subdivision, year) for year in years]
    return Holidays(
        version.days_off.union(*(year.full for year in public)),
        version.half_days.union(*(year.half for year in public)),
    )


def _offset(zone: ZoneInfo, us: int) -> timedelta:
    offset = moment(us).astimezone(zone).utcoffset()
    return offset if offset is not None else timedelta()


def _first_other(zone: ZoneInfo, offset: timedelta, start: int, end: int) -> int:
    """How long after `start` the zone's offset is another than `offset`; at `end` it is."""
    return bisect_left(range(end - start), True, key=lambda us: _offset(zone, start + us) != offset)
