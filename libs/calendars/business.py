"""Business time: the open time between two instants, and the instant at which some of it has passed.

Instants are µs since the epoch, durations are µs. The two functions are inverses, and the first adds up over
any split; their cost does not grow with the distance but by a bisection.
"""

from collections.abc import Iterator
from typing import NamedTuple

from calendars.calendar import Calendar
from calendars.spans import merged
from calendars.version import Version


class Opening(NamedTuple):
    """An open interval [start, end), and the version that says so; None where the calendar is always open."""

    start: int
    end: int
    version: Version | None


def business(calendar: Calendar, start_us: int, end_us: int) -> int:
    """The open time in [start_us, end_us); 0 where that is empty."""
    if end_us <= start_us:
        return 0
    opened = calendar.timeline.opened
    return opened(end_us) - opened(start_us)


def after(calendar: Calendar, start_us: int, business_us: int) -> int:
    """The earliest instant at or after `start_us` at which `business_us` of open time have passed.

    So for 0 it is `start_us` itself, open or not. Time that runs out as the desk closes has run out then, not
    at the next opening: who promised an answer within the day has broken the promise when the day is over.
    In the night that follows no more open time passes, and yet an answer is late: compare instants with what
    this function gives, not durations with what was promised.
    `business(calendar, s, after(calendar, s, n)) == n` for every n. The instant may be later than a datetime
    can hold. Raises ValueError for a negative `business_us`.
    """
    if business_us <= 0:
        if business_us < 0:
            raise ValueError(f"{business_us} µs of open time can't pass: give a duration of 0 or more")
        return start_us
    timeline = calendar.timeline
    return timeline.reached(timeline.opened(start_us) + business_us, start_us)


def intervals(calendar: Calendar, start_us: int, end_us: int) -> Iterator[Opening]:
    """The open intervals in [start_us, end_us), as they are asked for, each as long as it can be.

    An interval ends where the version changes, also when the next version is open too.
    """
    if not calendar.versions and start_us < end_us:
        yield Opening(start_us, end_us, None)
    for version, low, high in calendar.in_force(start_us, end_us) if calendar.versions else ():
        for opens, closes in merged(calendar.timeline.spans(low, high)):
            yield Opening(opens, closes, version)
