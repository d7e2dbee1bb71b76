"""Times as exports write them."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from typing import Final

from events.instants import moment

_SHOWN_LENGTH: Final = 40
_BAD_PATTERN = re.compile(r"bad directive|stray %")


def is_format(name: str) -> bool:
    """Whether `reader` knows the format `name`."""
    return name in _PARSERS or ("%" in name and _is_pattern(name))


def reader(name: str, zone: tzinfo | None) -> Callable[[str], datetime]:
    """A function from a text in the format `name` (iso, unix, unix_ms or a strptime pattern) to UTC.

    `zone` is that of times that don't say theirs. The function raises ValueError that says why it can't.
    """
    parse = _PARSERS.get(name) or (lambda text: datetime.strptime(text, name))  # noqa: DTZ007  `zone` follows

    def read(text: str) -> datetime:
        try:
            time = parse(text)
        except (ValueError, ArithmeticError):
            raise ValueError(f"{text[:_SHOWN_LENGTH]!r} isn't a time in the format {name}") from None
        return _in_utc(time, zone)

    return read


def _is_pattern(name: str) -> bool:
    try:
        datetime.strptime("", name)  # noqa: DTZ007  only the pattern is tried
    except ValueError as error:
        return not _BAD_PATTERN.search(str(error))
    except re.error:
        return False
    return True


def _in_utc(time: datetime, zone: tzinfo | None) -> datetime:
    if time.tzinfo is None and zone is None:
        raise ValueError("has no time zone; set time.timezone in the mapping")
    try:
        return (time if time.tzinfo else time.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError:
        raise ValueError("out of range") from None


_PARSERS: Final[dict[str, Callable[[str], datetime]]] = {
    "iso": datetime.fromisoformat,
    "unix": lambda text: moment(int(Decimal(text) * 1_000_000)),
    "unix_ms": lambda text: moment(int(Decimal(text) * 1_000)),
}
