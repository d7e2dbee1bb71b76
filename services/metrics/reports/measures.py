"""The table of reports: what each measure means and which aggregates it reads."""

from functools import partial
from typing import Final

from metrics.reports import numbers
from metrics.reports.numbers import Clock
from metrics.sla.policy import Target
from reports.measure import Measure

_DURATIONS: Final = {
    "first_response": "From creation (outbound: the customer's first message) to the first public agent "
    "comment, at the time of the answer.",
    "next_response": "After the first response, from the oldest unanswered public customer message to the "
    "next public agent comment, at the time of the answer.",
    "full_resolution": "From creation to the latest resolution of tickets that are resolved now, at that "
    "resolution.",
}
_HOURS: Final[dict[Clock, str]] = {
    "calendar": "Every second counts.",
    "business": "Only open hours count; tickets without a calendar are left out.",
}


def _durations(name: str, clock: Clock) -> Measure:
    stored = name if clock == "calendar" else f"{name}_business"
    figures = partial(numbers.durations, measure=stored, clock=clock)
    definition = f"{_DURATIONS[name]} {_HOURS[clock]}"
    return Measure(name, definition, "seconds", (stored,), figures, numbers.Durations)


def _attainment(target: Target) -> Measure:
    figures = partial(numbers.attainment, target=target)
    definition = (
        f"Of the {target} promises, met at their fulfilment or breached at their due time in the period, "
        "the share that was met."
    )
    return Measure("attainment", definition, "ratio", (f"sla.{target}",), figures, numbers.Attainment)


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
        *(_durations(name, "calendar") for name in _DURATIONS),
        _attainment("first_response"),
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


def chosen(name: str, clock: Clock | None, target: Target | None) -> Measure | None:
    """The measure `name`, by `clock` where it is a duration and for `target` where it is the attainment.

    None where there is no such measure. Raises ValueError that names the parameter which doesn't belong to
    it.
    """
    if clock is not None and name not in _DURATIONS:
        raise ValueError("clock")
    if target is not None and name != "attainment":
        raise ValueError("target")
    if clock is not None:
        return _durations(name, clock)
    return MEASURES.get(name) if target is None else _attainment(target)
