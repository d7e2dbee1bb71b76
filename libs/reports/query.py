"""What a request asks of a report."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any, Final, cast

from events.instants import SECOND
from rollups.intervals import INTERVALS, Interval, instant, zone
from runtime.parameters import Parameters, bad, check_names, one_of, parsed, single

FORMATS: Final = ("json", "csv")
_NAMES: Final = ("from", "to", "interval", "tz", "group_by", "format")


@dataclass(frozen=True, slots=True)
class Query:
    """`start` and `end` in seconds since the epoch, None where not asked; `tz` is the name of `local`;
    `where` fits the store: label → one of its values."""

    start: int | None
    end: int | None
    interval: Interval | None
    tz: str
    local: tzinfo
    group_by: tuple[str, ...]
    where: Mapping[str, Any]
    format: str


def read_query(given: Parameters, labels: Sequence[str], also: Sequence[str] = ()) -> Query:
    """The query in the parameters `given`, about aggregates with `labels`; the parameters named in `also`
    are for the caller to read. Raises a 400 problem that names the parameter."""
    check_names(given, (*_NAMES, *also, *labels))
    local = parsed(given, "tz", zone) or UTC

    def second(text: str) -> int:
        us = instant(text, local)
        if us % SECOND:
            raise ValueError("expected a whole second")
        return us // SECOND

    start, end = parsed(given, "from", second), parsed(given, "to", second)
    if start is not None and end is not None and start >= end:
        raise bad("to", "expected a time after from")
    return Query(
        start=start,
        end=end,
        interval=cast("Interval | None", parsed(given, "interval", one_of(*INTERVALS))),
        tz=single(given, "tz") or "UTC",
        local=local,
        group_by=parsed(given, "group_by", _some_of(labels)) or (),
        # An empty value asks for what has none.
        where={n: {"$in": [v or None for v in given.getlist(n)]} for n in labels if n in given},
        format=parsed(given, "format", one_of(*FORMATS)) or "json",
    )


def _some_of(labels: Sequence[str]) -> Callable[[str], tuple[str, ...]]:
    def parse(text: str) -> tuple[str, ...]:
        names = tuple(text.split(","))
        if not set(names) <= set(labels) or len(set(names)) < len(names):
            raise ValueError(f"expected different names among {', '.join(labels)} between commas")
        return names

    return parse
