"""The public holidays of countries, from the `holidays` library."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

from holidays import country_holidays, list_supported_countries

# Where the library's half days are an afternoon off for everybody. Elsewhere the same category means an
# evening (Australia), some people only (China) or a day some hours shorter (Estonia): those are for the
# calendar's own `half_days` to say.
AFTERNOON_OFF: Final = frozenset({"TR", "IS"})

_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()


class Holidays(NamedTuple):
    """Days since 1970-01-01: those that are off, and those of which the afternoon is."""

    full: frozenset[int]
    half: frozenset[int]


NONE: Final = Holidays(frozenset(), frozenset())


def day_number(day: date) -> int:
    """`day` as a count of days since 1970-01-01."""
    return day.toordinal() - _EPOCH_DAY


def year_of(day: int) -> int:
    """The year of the `day`-th day since 1970-01-01."""
    return date.fromordinal(day + _EPOCH_DAY).year


@lru_cache(maxsize=2048)
def public_holidays(country: str, subdivision: str | None, year: int) -> Holidays:
    """The public holidays of a year.

    The library knows most countries to 2100 and names no holiday for a later year (nor for one before its
    first, 1936 for Turkey): those years have none here. Turkey's religious holidays are the announced dates
    up to 2032 and the computed ones, which may be a day off, from then on.
    """
    full = country_holidays(country, subdiv=subdivision, years=year)
    if full.country not in AFTERNOON_OFF:
        return Holidays(_numbers(full), frozenset())
    half = country_holidays(country, subdiv=subdivision, years=year, categories="half_day")
    return Holidays(_numbers(full), _numbers(half))


@lru_cache(maxsize=1)
def subdivisions() -> dict[str, list[str]]:
    """The codes of the countries that the library knows, with those of their subdivisions."""
    return list_supported_countries()


def knows_subdivision(country: str, subdivision: str) -> bool:
    """Whether the library knows this part of a known country, by its code or its own name."""
    try:
        country_holidays(country, subdiv=subdivision)
    except NotImplementedError:
        return False
    return True


def _numbers(days: Iterable[date]) -> frozenset[int]:
    return frozenset(day_number(day) for day in days)
