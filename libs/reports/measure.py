"""A measure: what is computed from the aggregates for one row of a report."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from msgspec import Struct

Amounts = Mapping[str, int]
"""Measure → amount, as the aggregates keep them, dotted; absent is 0."""


@dataclass(frozen=True, slots=True)
class Measure:
    """`reads`: the aggregates' measures, by top name or dotted. `is_level`: a row says what holds at its end,
    after everything before it; else what happened between its beginning and its end."""

    name: str
    definition: str
    unit: str
    reads: tuple[str, ...]
    figures: Callable[[Amounts], Struct]
    shape: type[Struct]
    is_level: bool = False
