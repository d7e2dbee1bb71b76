"""The table of reports: what each measure means and which aggregates it reads."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from metrics.reports import numbers
from metrics.reports.numbers import Amounts, Figures


@dataclass(frozen=True, slots=True)
class Measure:
    """`reads`: the aggregates' measures, by top name. `is_level`: a row says what holds at its end, after
    everything before it; else what happened between its beginning and its end."""

    name: str
    definition: str
    unit: str
    reads: tuple[str, ...]
    figures: Callable[[Amounts], Figures]
    shape: type[Figures]
    is_level: bool = False


def _durations(name: str, definition: str) -> Measure:
    figures = partial(numbers.durations, measure=name)
    return Measure(name, definition, "seconds", (name,), figures, numbers.Durations)


MEASURES: Final = {
    measure.name: measure
    for measure in (
        Measure(
            "volume",
            "Tickets created, and public messages of customers, at the time of each.",
            "count",
            ("created", "customer_messages"),
            numbers.volume,
            numbers.Volume,
        ),
        Measure(
            "resolutions",
            "Transitions to resolved or closed from any other status; resolved to closed is none.",
            "count",
            ("resolutions",),
            numbers.resolutions,
            numbers.Resolutions,
        ),
        Measure(
            "reopens",
            "Transitions from resolved or closed to any other status.",
            "count",
            ("reopens",),
            numbers.reopens,
            numbers.Reopens,
        ),
        Measure(
            "backlog",
            "Tickets not resolved at a moment: created and reopened before it, less resolved before it.",
            "tickets",
            ("created", "reopens", "resolutions"),
            numbers.backlog,
            numbers.Backlog,
            is_level=True,
        ),
        _durations(
            "first_response",
            "From creation (outbound: the customer's first message) to the first public agent comment, "
            "at the time of the answer.",
        ),
        _durations(
            "next_response",
            "After the first response, from the oldest unanswered public customer message to the next "
            "public agent comment, at the time of the answer.",
        ),
        _durations(
            "full_resolution",
            "From creation to the latest resolution of tickets that are resolved now, at that resolution.",
        ),
        Measure(
            "resolution_rate",
            "flow: resolutions in the period per ticket created in it. "
            "cohort: the share of the tickets created in the period that is resolved now.",
            "ratio",
            ("created", "resolutions", "cohort_resolved"),
            numbers.resolution_rate,
            numbers.ResolutionRate,
        ),
    )
}
