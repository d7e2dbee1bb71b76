"""Hours, days, weeks and months of a time zone, as spans of instants (whole seconds since the epoch).

Days begin at local midnight, where the clocks skip midnight at the first moment of that day; weeks are
those of ISO 8601, from Monday. A day is therefore as long as the clocks make it.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from events.instants import micros

Interval = Literal["hour", "day", "week", "month"]
INTERVALS: Final[tuple[Interval, ...]] = get_args(Interval)

HOUR: Final = 3600
_EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)
_CLOCK = r"[Tt]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?"
_ZONED = re.compile(rf"\d{{4}}-\d{{2}}-\d{{2}}{_CLOCK}(?:[Zz]|[+-]\d{{2}}:\d{{2}})")
_LOCAL = re.compile(rf"\d{{4}}-\d{{2}}-\d{{2}}(?:{_CLOCK})?")


def zone(name: str) -> tzinfo:
    """The IANA time zone `name`. Raises ValueError that says what a name looks like."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("expected an IANA time zone such as Europe/Istanbul or UTC") from None


def instant(text: str, local: tzinfo | None = None) -> int:
    """The instant that `text` names, in µs since the epoch: RFC 3339 with a zone, or, where `local` is
    given, also a date or a date and time on the clocks of `local`. Raises ValueError."""
    moment = _moment(text, local)
    if not _EARLIEST <= moment < _LATEST:
        raise ValueError("expected a time between 1970 and 2200")
    return micros(moment)


def _moment(text: str, local: tzinfo | None) -> datetime:
    zoned = _ZONED.fullmatch(text)
    if zoned or (local is not None and _LOCAL.fullmatch(text)):
        try:
            moment = datetime.fromisoformat(text.upper())
        except ValueError as error:
            raise ValueError(str(error)) from None
        if 1970 <= moment.year < 2200:
            return (moment if zoned else moment.replace(tzinfo=local)).astimezone(UTC)
        return _LATEST
    also = "" if local is None else ", or a local date or time such as 2026-11-21 or 2026-11-21T09:00"
    raise ValueError(
        f"expected RFC 3339 with a zone such as 2026-11-21T09:00:00Z{also} (in a URL, + is written %2B)"
    )


def floor(at: int, interval: Interval, local: tzinfo) -> int:
    """When the `interval` around `at` began."""
    if interval == "hour":
        return at - _into_hour(at, local)
    return _midnight(_FIRST_DAY[interval](_day(at, local)), local)


def following(at: int, interval: Interval, local: tzinfo) -> int:
    """When the `interval` after the one around `at` begins."""
    if interval == "hour":
        return at - _into_hour(at, local) + HOUR
    return _midnight(_NEXT_DAY[interval](_FIRST_DAY[interval](_day(at, local))), local)


def edges(start: int, end: int, interval: Interval | None, local: tzinfo) -> Iterator[int]:
    """`start`, all beginnings of an `interval` between, `end`: the first and the last interval are as short
    as `start` and `end` make them. Without an interval, or where nothing lies between, just the two."""
    at = start
    while at < end:
        yield at
        at = end if interval is None else following(at, interval, local)
    yield end


def _into_hour(at: int, local: tzinfo) -> int:
    clock = datetime.fromtimestamp(at, local)
    return clock.minute * 60 + clock.second


def _day(at: int, local: tzinfo) -> date:
    return datetime.fromtimestamp(at, local).date()


def _midnight(day: date, local: tzinfo) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=local).timestamp())


_FIRST_DAY: Final[dict[str, Callable[[date], date]]] = {
    "day": lambda day: day,
    "week": lambda day: day - timedelta(days=day.weekday()),
    "month": lambda day: day.replace(day=1),
}
_NEXT_DAY: Final[dict[str, Callable[[date], date]]] = {
    "day": lambda day: day + timedelta(days=1),
    "week": lambda day: day + timedelta(days=7),
    "month": lambda day: (day + timedelta(days=32)).replace(day=1),
}
