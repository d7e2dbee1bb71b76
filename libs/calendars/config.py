"""The `calendars` section of the configuration."""

from collections.abc import Mapping
from datetime import date, datetime
from difflib import get_close_matches
from typing import Annotated, Any, Final
from zoneinfo import available_timezones

from msgspec import Meta, Struct

from calendars.calendar import ALWAYS, Calendar
from calendars.public_holidays import day_number, knows_subdivision, subdivisions
from calendars.version import Version
from calendars.windows import time_of_day, week
from events.instants import micros
from runtime.environment import ConfigInvalid
from runtime.objections import Objection, convert
from runtime.shapes import prepared

# What to write where a value has the wrong type. The values that need quotes say so: without them YAML reads
# the country NO as false and 13:00 as 780.
_WRITE: Final = {
    "": "a calendar has timezone, hours and, where it needs them, holidays and valid_from",
    "timezone": "write an IANA name such as Europe/Istanbul",
    "hours": 'write days and windows such as {mon-fri: ["09:00-12:30", "13:30-18:00"]}',
    "holidays": "holidays have country, subdivision, dates, half_days and half_day_until",
    "holidays.country": 'write an ISO 3166 code in quotes, such as "TR"',
    "holidays.subdivision": 'write an ISO 3166-2 code in quotes, such as "BY"',
    "holidays.dates": 'write a list of days such as ["2026-12-31"]',
    "holidays.half_days": 'write a list of days such as ["2026-12-31"]',
    "holidays.half_day_until": 'write a time in quotes, such as "13:00"',
    "valid_from": 'write a moment with its zone, such as "2026-01-01T00:00:00Z"',
}


class HolidaysConfig(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """The public holidays of `country` (ISO 3166) and its `subdivision`, and own `dates`: days off.
    On `half_days` (own ones, and the country's where the afternoon is off for all) work ends at
    `half_day_until`. A day that is both is off."""

    country: str | None = None
    subdivision: str | None = None
    dates: list[date] = []
    half_days: list[date] = []
    half_day_until: str = "13:00"


@prepared
class CalendarConfig(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """A calendar, or one version of it. `timezone`: an IANA name. `hours`: days (`mon`, `mon-fri`, `sat-mon`)
    to lists of windows (`09:00-18:00`; `22:00-06:00` ends on the next day; `00:00-24:00`)."""

    timezone: str
    hours: dict[str, Any]
    holidays: HolidaysConfig = HolidaysConfig()
    valid_from: Annotated[datetime, Meta(tz=True)] | None = None


def calendars(section: object) -> dict[str, Calendar]:
    """The calendars by name, `always` among them, from the `calendars` section as YAML gives it (or None).

    A calendar is a mapping, or a list of them: its versions, oldest first, all but the first with a
    `valid_from`. Raises ConfigInvalid that names the path (`calendars.istanbul.hours.mon-fri[0]`), the value
    and what to write.
    """
    if section is None:
        return {"always": ALWAYS}
    if not isinstance(section, Mapping):
        raise ConfigInvalid("calendars: not a mapping; write each calendar under its name")
    return {"always": ALWAYS} | {name: _calendar(name, written) for name, written in section.items()}


def _calendar(name: object, written: object) -> Calendar:
    path = f"calendars.{name}"
    if not isinstance(name, str):
        raise ConfigInvalid(f"{path}: the name is no text; put it in quotes")
    if name == "always":
        raise ConfigInvalid(f"{path}: always is open around the clock on every day; give yours another name")
    if not isinstance(written, list):
        return Calendar((_version(written, path),))
    if not written:
        raise ConfigInvalid(f"{path}: no version; {_WRITE['']}")
    versions = tuple(_version(version, f"{path}[{i}]") for i, version in enumerate(written))
    _check_order(versions, path)
    return Calendar(versions)


def _check_order(versions: tuple[Version, ...], path: str) -> None:
    for index in range(1, len(versions)):
        since, before = versions[index].valid_from, versions[index - 1].valid_from
        if since is None:
            raise ConfigInvalid(
                f"{path}[{index}].valid_from: missing; only the first version may leave it out"
            )
        if before is not None and since <= before:
            raise ConfigInvalid(
                f"{path}[{index}].valid_from: not after that of the version above it; list the oldest first"
            )


def _version(written: object, path: str) -> Version:
    config = _typed(written, path)
    holidays = config.holidays
    _check_zone(config.timezone, f"{path}.timezone")
    _check_country(holidays, f"{path}.holidays")
    return Version(
        timezone=config.timezone,
        week=week(config.hours, f"{path}.hours"),
        valid_from=None if config.valid_from is None else micros(config.valid_from),
        days_off=frozenset(map(day_number, holidays.dates)),
        half_days=frozenset(map(day_number, holidays.half_days)),
        half_day_until=time_of_day(holidays.half_day_until, f"{path}.holidays.half_day_until"),
        country=holidays.country,
        subdivision=holidays.subdivision,
    )


def _typed(written: object, path: str) -> CalendarConfig:
    try:
        return convert(written, CalendarConfig)
    except Objection as wrong:
        advice = _WRITE[wrong.place.removeprefix(".").partition("[")[0]]
        raise ConfigInvalid(f"{path}{wrong.place}: {wrong.what}; {advice}") from None


def _check_zone(name: str, path: str) -> None:
    known = available_timezones()
    if name not in known:
        raise ConfigInvalid(f'{path}: "{name}" is no time zone; {_near(name, known, _WRITE["timezone"])}')


def _check_country(holidays: HolidaysConfig, path: str) -> None:
    country, subdivision = holidays.country, holidays.subdivision
    if country is None:
        if subdivision is not None:
            raise ConfigInvalid(
                f'{path}.subdivision: "{subdivision}" of no country; write its country beside it'
            )
        return
    known = subdivisions()
    if country not in known:
        advice = _near(country.upper(), known, _WRITE["holidays.country"])
        raise ConfigInvalid(f'{path}.country: "{country}" is no country whose holidays are known; {advice}')
    if subdivision is not None and not knows_subdivision(country, subdivision):
        codes = ", ".join(known[country]) or "none: leave it out"
        raise ConfigInvalid(f'{path}.subdivision: "{subdivision}" is no part of {country}; it has {codes}')


def _near(written: str, known: Any, otherwise: str) -> str:
    near = get_close_matches(written, known, n=1)
    return f"did you mean {near[0]}?" if near else otherwise
