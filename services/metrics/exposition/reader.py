"""Reads everything that a scrape shows, at a cost that depends on the label sets, not on the tickets."""

import time
from collections.abc import Sequence
from typing import Final

import pymongo
from prometheus_client import Metric

from metrics.batch import Ways
from metrics.contributions import LABELS
from metrics.exposition import cohorts
from metrics.exposition.families import Shape, families
from metrics.exposition.numbers import Cell, Raw, numbers
from metrics.sla.policy import TARGETS
from metrics.store import Store
from metrics.transitions import MEASURES
from rollups.amounts import NOW
from rollups.background import Background
from rollups.exposition import values_of
from rollups.label_values import LabelValues
from rollups.store import flat
from streams.positions import Positions

DEADLINE: Final = 3.0
"""Seconds that all reading for one scrape may take: well under the ten that Prometheus waits by default."""
COHORTS_DEADLINE: Final = 30.0

_LABELS: Final = LABELS[:-1]


class SnapshotReader:
    """Reads from `store` and `positions`; `cap` values of each label are shown; `ways` tell how
    tickets are counted."""

    def __init__(self, store: Store, positions: Positions, cap: int, ways: Ways) -> None:
        self._store = store
        self._positions = positions
        self._ways = ways
        self._shape = _shape(ways)
        self._values = LabelValues(store.database["label_values"], _LABELS, cap)
        self._cohorts = Background("cohorts", self._read_cohorts)

    def __call__(self) -> list[Metric]:
        """The families, filled. Raises PyMongoError where the store doesn't answer in time."""
        with pymongo.timeout(DEADLINE):
            raw = self._read()
            allowed = self._values.allowed(values_of(raw.label_sets(), len(_LABELS)))
        return families(numbers(raw, allowed), self._shape)

    def _read(self) -> Raw:
        taken_at = time.time()
        levels = self._levels()
        return Raw(
            taken_at=taken_at,
            newest=self._positions.newest(),
            totals=self._totals(),
            levels=levels,
            oldest=self._oldest(levels),
            cohorts=self._cohorts.get(),
        )

    def _totals(self) -> list[Cell]:
        read = self._store.totals.read(None, None, (*MEASURES, "restated"), {})
        return [(place.labels, dict(flat(amounts))) for place, amounts in read]

    def _levels(self) -> list[Cell]:
        read = self._store.rollups.read(NOW, NOW + 1, ("backlog", "unanswered", "overdue", "due_soon"), {})
        return [(place.labels[:-1], dict(flat(amounts))) for place, amounts in read]

    def _oldest(self, levels: Sequence[Cell]) -> dict[tuple[str | None, str | None], int]:
        """Asked only of those sources and teams that have a backlog."""
        behind = {labels[:2] for labels, amounts in levels if any(m.startswith("backlog.") for m in amounts)}
        oldest = {}
        for source, team in behind:
            created_at = self._store.oldest_unresolved(str(source), team)
            if created_at is not None:
                oldest[source, team] = created_at
        return oldest

    def _read_cohorts(self) -> list[Cell]:
        with pymongo.timeout(COHORTS_DEADLINE):
            width = self._store.bucket_width() or self._ways.width
            return cohorts.read(self._store.database["rollups"], _LABELS, width, int(time.time()))


def _shape(ways: Ways) -> Shape:
    promised = {target for policy in ways.rules.policies for target in policy.targets}
    targets = [target for target in TARGETS if target in promised]
    return Shape(ways.bounds, targets, business=not ways.rules.empty)
