"""What a request asks of a report."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any, Final, cast, get_args

from events.instants import SECOND
from metrics.contributions import LABELS
from metrics.reports.numbers import Clock
from metrics.sla.policy import TARGETS, Target
from metrics.web.parameters import Parameters, bad, check_names, one_of, parsed, single
from rollups.intervals import INTERVALS, Interval, instant, zone

FORMATS: Final = ("json", "csv")
CLOCKS: Final = get_args(Clock)
NAMES: Final = ("from", "to", "interval", "tz", "group_by", "clock", "target", "format", *LABELS)


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
    clock: Clock | None
    target: Target | None
    where: Mapping[str, Any]
    format: str


def read_query(given: Parameters) -> Query:
    """The query in the parameters `given`. Raises a 400 problem that names the parameter."""
    check_names(given, NAMES)
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
        group_by=parsed(given, "group_by", _labels) or (),
        clock=cast("Clock | None", parsed(given, "clock", one_of(*CLOCKS))),
        target=cast("Target | None", parsed(given, "target", one_of(*TARGETS))),
        # An empty value asks for what has none.
        where={n: {"$in": [v or None for v in given.getlist(n)]} for n in LABELS if n in given},
        format=parsed(given, "format", one_of(*FORMATS)) or "json",
    )


def _labels(text: str) -> tuple[str, ...]:
    names = tuple(text.split(","))
    if not set(names) <= set(LABELS) or len(set(names)) < len(names):
        raise ValueError(f"expected different names among {', '.join(LABELS)} between commas")
    return names
