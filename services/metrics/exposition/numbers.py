"""The numbers of one snapshot, with labels as they are shown (pure)."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Final

from events.instants import SECOND
from rollups.amounts import Labels
from rollups.exposition import Shown, is_folded, shown

DAY: Final = 86_400
COHORT_WINDOWS: Final = {"1d": DAY, "7d": 7 * DAY, "30d": 30 * DAY}
"""The windows of the cohort gauges, in seconds."""

Amounts = dict[str, int]
Cell = tuple[Labels, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Raw:
    """What was read at `taken_at` (seconds since the epoch), by the labels as they are stored.

    The same labels may come several times: the amounts add up. `oldest` is the creation (µs) of the oldest
    unresolved ticket by source and team; `cohorts` None while they have not been read.
    """

    taken_at: float
    newest: int | None
    totals: Sequence[Cell]
    levels: Sequence[Cell]
    oldest: Mapping[tuple[str | None, str | None], int]
    cohorts: Sequence[Cell] | None

    def label_sets(self) -> set[Labels]:
        """All label sets in it."""
        return {labels for labels, _ in (*self.totals, *self.levels, *(self.cohorts or ()))}


@dataclass(frozen=True, slots=True)
class Numbers:
    """What is exposed: amounts by shown label set, times in seconds since the epoch."""

    taken_at: float = 0.0
    newest: float | None = None
    totals: Mapping[Shown, Amounts] = field(default_factory=dict)
    levels: Mapping[Shown, Amounts] = field(default_factory=dict)
    oldest: Mapping[Shown, float] = field(default_factory=dict)
    cohorts: Mapping[Shown, Amounts] = field(default_factory=dict)
    folded: int = 0


def numbers(raw: Raw, allowed: Sequence[Set[str]]) -> Numbers:
    """`raw` as it is exposed, where `allowed` holds the values that each label may show.

    A label set that is known through anything is in the totals, the levels and the cohorts.
    """
    label_sets = raw.label_sets()
    known = sorted({shown(labels, allowed) for labels in label_sets})
    return Numbers(
        taken_at=raw.taken_at,
        newest=None if raw.newest is None else raw.newest / SECOND,
        totals=_summed(raw.totals, known, allowed),
        levels=_summed(raw.levels, known, allowed),
        oldest=_oldest(raw.oldest, allowed),
        cohorts={} if raw.cohorts is None else _summed(raw.cohorts, known, allowed),
        folded=sum(is_folded(labels, allowed) for labels in label_sets),
    )


def _summed(
    cells: Iterable[Cell], known: Iterable[Shown], allowed: Sequence[Set[str]]
) -> dict[Shown, Amounts]:
    summed: dict[Shown, Amounts] = {labels: {} for labels in known}
    for labels, amounts in cells:
        into = summed[shown(labels, allowed)]
        for measure, amount in amounts.items():
            into[measure] = into.get(measure, 0) + amount
    return summed


def _oldest(
    oldest: Mapping[tuple[str | None, str | None], int], allowed: Sequence[Set[str]]
) -> dict[Shown, float]:
    earliest: dict[Shown, float] = {}
    for labels, us in oldest.items():
        name = shown(labels, allowed[:2])
        earliest[name] = min(us / SECOND, earliest.get(name, float("inf")))
    return earliest
