"""What one version of a calendar says."""

from dataclasses import dataclass

from calendars.spans import Span


@dataclass(frozen=True, slots=True)
class Version:
    """Opening hours on a zone's wall clock, and the days on which they don't hold.

    `valid_from`: µs since the epoch; None where nothing came before. `week`: the windows of each day, Monday
    first, in µs after that day's midnight, sorted and apart; one that ends past 24 h belongs to the day it
    begins on. Days are counted since 1970-01-01. On one of `days_off` no window begins, on one of `half_days`
    only what lies before `half_day_until` (µs after midnight) counts; a day that is both is off.
    The public holidays of `country` (and its `subdivision`) are added to both.
    """

    timezone: str
    week: tuple[tuple[Span, ...], ...]
    valid_from: int | None = None
    days_off: frozenset[int] = frozenset()
    half_days: frozenset[int] = frozenset()
    half_day_until: int = 13 * 3_600_000_000
    country: str | None = None
    subdivision: str | None = None
