"""The numbers of one snapshot, with labels as they are shown (pure)."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field

from rollups.amounts import Labels
from rollups.exposition import Shown, is_folded, shown

Amounts = dict[str, int]
Cell = tuple[Labels, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Raw:
    """What was read at `taken_at` (seconds since the epoch): `totals` by source, team and channel,
    `follow_ups` by source and team, None while they have not been read. The same labels may come several
    times: the amounts add up."""

    taken_at: float
    totals: Sequence[Cell]
    follow_ups: Sequence[Cell] | None

    def label_sets(self) -> set[Labels]:
        """All label sets of the totals, and those of the follow-ups as if of an unknown channel."""
        waiting = {(*labels, None) for labels, _ in self.follow_ups or ()}
        return {labels for labels, _ in self.totals} | waiting


@dataclass(frozen=True, slots=True)
class Numbers:
    """What is exposed: amounts by shown label set. `follow_ups` None: nobody knows."""

    taken_at: float = 0.0
    totals: Mapping[Shown, Amounts] = field(default_factory=dict)
    follow_ups: Mapping[Shown, Amounts] | None = None
    folded: int = 0


def numbers(raw: Raw, allowed: Sequence[Set[str]]) -> Numbers:
    """`raw` as it is exposed, where `allowed` holds the values that each label may show.

    A label set that is known through anything is in everything.
    """
    label_sets = raw.label_sets()
    known = sorted({shown(labels, allowed) for labels in label_sets})
    waiting = raw.follow_ups
    return Numbers(
        taken_at=raw.taken_at,
        totals=_summed(raw.totals, known, allowed),
        follow_ups=None if waiting is None else _summed(waiting, {one[:2] for one in known}, allowed[:2]),
        folded=sum(is_folded(labels, allowed) for labels in label_sets),
    )


def _summed(
    cells: Iterable[Cell], known: Iterable[Shown], allowed: Sequence[Set[str]]
) -> dict[Shown, Amounts]:
    summed: dict[Shown, Amounts] = {labels: {} for labels in sorted(known)}
    for labels, amounts in cells:
        into = summed[shown(labels, allowed)]
        for measure, amount in amounts.items():
            into[measure] = into.get(measure, 0) + amount
    return summed
