"""From the aggregates' cells to the rows of a report."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from itertools import islice, pairwise
from typing import Final

from msgspec import Struct

from reports.measure import Measure
from rollups import intervals
from rollups.amounts import Labels, Place
from rollups.intervals import Interval
from rollups.store import Nested, flat

ROWS: Final = 10_000
"""The most rows that a report may have."""

Group = Labels
Amounts = dict[str, int]
Cells = Mapping[tuple[int, Group], Amounts]


class TooManyRows(Exception):
    """The report would have more than ROWS rows."""


class OffBucket(Exception):
    """An interval would begin or end `at` a moment that is no edge of the aggregates' buckets."""

    def __init__(self, at: int) -> None:
        super().__init__(at)
        self.at = at


@dataclass(frozen=True, slots=True)
class Asked:
    """`start` and `end` are seconds since the epoch, None for "from the first" and "to the last"; `width`
    is that of the aggregates' buckets, in seconds; `group_by` names labels."""

    start: int | None
    end: int | None
    interval: Interval | None
    local: tzinfo
    group_by: tuple[str, ...]
    width: int


@dataclass(frozen=True, slots=True)
class Row:
    """`figures` of `group` for [start, end)."""

    start: int
    end: int
    group: Group
    figures: Struct


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a report about [start, end), which are None where there is nothing at all."""

    start: int | None
    end: int | None
    rows: list[Row]


def table(
    measure: Measure, cells: Iterable[tuple[Place, Nested]], asked: Asked, labels: Sequence[str]
) -> Table:
    """The report `asked` for, from the `cells` of aggregates with `labels` up to its end (a level needs all
    before).

    Without `group_by` every interval has its row; with it, those groups in which something happened.
    Raises OffBucket and TooManyRows.
    """
    _check_edges([edge for edge in (asked.start, asked.end) if edge is not None], asked.width)
    summed = _summed(cells, [labels.index(name) for name in asked.group_by])
    start, end = _extent(summed, asked)
    if start is None or end is None or start >= end:
        return Table(start, end, [])
    edges = list(islice(intervals.edges(start, end, asked.interval, asked.local), ROWS + 2))
    if len(edges) > ROWS + 1:
        raise TooManyRows
    _check_edges(edges, asked.width)
    rows: list[Row] = []
    for begin, finish, groups in _periods(summed, edges, keep=measure.is_level):
        rows += _rows(measure, begin, finish, groups, grouped=bool(asked.group_by))
        if len(rows) > ROWS:
            raise TooManyRows
    return Table(start, end, rows)


def _check_edges(edges: Iterable[int], width: int) -> None:
    for edge in edges:
        if edge % width:
            raise OffBucket(edge)


def _rows(
    measure: Measure, begin: int, finish: int, groups: Mapping[Group, Amounts], *, grouped: bool
) -> Iterator[Row]:
    if not grouped:
        yield Row(begin, finish, (), measure.figures(groups.get((), {})))
        return
    nothing = measure.figures({})
    for group in sorted(groups, key=_order):
        figures = measure.figures(groups[group])
        if figures != nothing:
            yield Row(begin, finish, group, figures)


def _summed(cells: Iterable[tuple[Place, Nested]], chosen: Sequence[int]) -> dict[tuple[int, Group], Amounts]:
    """The cells added up by bucket and group. What cancels out is left out, as if it had never been."""
    summed: dict[tuple[int, Group], Amounts] = {}
    for place, numbers in cells:
        group = tuple(place.labels[index] for index in chosen)
        _add(summed.setdefault((place.bucket, group), {}), flat(numbers))
    without_zeros = {at: {m: n for m, n in amounts.items() if n} for at, amounts in summed.items()}
    return {at: amounts for at, amounts in without_zeros.items() if amounts}


def _add(into: Amounts, amounts: Iterable[tuple[str, int]]) -> None:
    for measure, amount in amounts:
        into[measure] = into.get(measure, 0) + amount


def _extent(cells: Cells, asked: Asked) -> tuple[int | None, int | None]:
    """From when to when the report goes; what was not asked is as wide as whole intervals around the data."""
    start, end = asked.start, asked.end
    first = min((bucket for bucket, _ in cells), default=None)
    last = max((bucket for bucket, _ in cells), default=None)
    if start is None and first is not None:
        start = intervals.floor(first, asked.interval, asked.local) if asked.interval else first
    if end is None and last is not None:
        end = last + asked.width
        if asked.interval:
            end = intervals.following(last + asked.width - 1, asked.interval, asked.local)
    return start, end


def _periods(
    cells: Cells, edges: Sequence[int], *, keep: bool
) -> Iterator[tuple[int, int, Mapping[Group, Amounts]]]:
    """What happened between each two edges, by group; with `keep`, together with everything before."""
    ordered = sorted(cells.items(), key=lambda cell: cell[0][0])
    ahead = 0 if keep else bisect_left(ordered, edges[0], key=lambda cell: cell[0][0])
    groups: dict[Group, Amounts] = {}
    for begin, finish in pairwise(edges):
        if not keep:
            groups = {}
        while ahead < len(ordered) and ordered[ahead][0][0] < finish:
            (_, group), amounts = ordered[ahead]
            _add(groups.setdefault(group, {}), amounts.items())
            ahead += 1
        yield begin, finish, groups


def _order(group: Group) -> tuple[tuple[bool, str], ...]:
    return tuple((value is None, value or "") for value in group)
