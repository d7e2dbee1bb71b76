"""The `hours` of a calendar: from days and windows as people write them to a week of spans."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from calendars.spans import DAY, Span, merged
from runtime.environment import ConfigInvalid

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_MINUTE: Final = 60_000_000
_TIME: Final = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00")
_HOURS_LOOK_LIKE: Final = 'write days and windows such as mon-fri: ["09:00-12:30", "13:30-18:00"]'
_WINDOW_LOOKS_LIKE: Final = 'write two times of 24 hours in quotes, such as "09:00-18:00" or "22:00-06:00"'
_WHOLE_DAY: Final = 'write "00:00-24:00" for a whole day, and [] in place of the list for a closed one'
_NEXT_DAY: Final = "write it on the day after, from 00:00"


def week(hours: Mapping[str, Any], path: str) -> tuple[tuple[Span, ...], ...]:
    """The windows of each day, Monday first, in µs after midnight; those that overlap or touch are one.

    Raises ConfigInvalid that starts with the `path` of what is wrong: a day that is none or named twice, a
    window that is none, hours without any.
    """
    windows: list[tuple[Span, ...]] = [()] * len(DAYS)
    named: dict[int, str] = {}
    for days, written in hours.items():
        own = tuple(merged(sorted(_windows(written, f"{path}.{days}"))))
        for day in _days(days, path):
            if day in named:
                what = f"{DAYS[day]} is in {named[day]} already; name each day once"
                raise ConfigInvalid(f"{path}.{days}: {what}")
            named[day], windows[day] = days, own
    if not any(windows):
        raise ConfigInvalid(f"{path}: never open; {_HOURS_LOOK_LIKE}")
    return tuple(windows)


def time_of_day(written: str, path: str) -> int:
    """`HH:MM` (00:00 to 24:00) in µs after midnight. Raises ConfigInvalid that starts with `path`."""
    if not _TIME.fullmatch(written):
        raise ConfigInvalid(f'{path}: "{written}" is no time of day; write one in quotes, such as "13:00"')
    return (int(written[:2]) * 60 + int(written[3:])) * _MINUTE


def _days(written: str, path: str) -> list[int]:
    first, dash, last = written.partition("-")
    if first not in DAYS or (dash and last not in DAYS):
        raise ConfigInvalid(
            f"{path}.{written}: no day or range of days; write {', '.join(DAYS)} or a range such as mon-fri"
        )
    start = DAYS.index(first)
    return [(start + i) % 7 for i in range((DAYS.index(last or first) - start) % 7 + 1)]


def _windows(written: object, path: str) -> Iterator[Span]:
    if not isinstance(written, list):
        raise ConfigInvalid(f'{path}: {_shown(written)} is no list; write one such as ["09:00-18:00"]')
    for index, window in enumerate(written):
        yield _window(window, f"{path}[{index}]")


def _window(written: object, path: str) -> Span:
    start, dash, end = written.partition("-") if isinstance(written, str) else ("", "", "")
    if not dash or not _TIME.fullmatch(start) or not _TIME.fullmatch(end):
        raise ConfigInvalid(f"{path}: {_shown(written)} is no window; {_WINDOW_LOOKS_LIKE}")
    opens, closes = time_of_day(start, path), time_of_day(end, path)
    if opens == DAY:
        raise ConfigInvalid(
            f"{path}: {_shown(written)} begins as the day ends; write it on the day after, from 00:00"
        )
    if opens == closes:
        raise ConfigInvalid(f"{path}: {_shown(written)} has no length; {_WHOLE_DAY}")
    return opens, closes if closes > opens else closes + DAY


def _shown(written: object) -> str:
    return msgspec.json.encode(written, enc_hook=str).decode()
