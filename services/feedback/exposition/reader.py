"""Reads everything that a scrape shows, at a cost that depends on the label sets and on what waits for
somebody, not on the cases."""

import time
from collections.abc import Mapping
from typing import Final

import msgspec
import pymongo
from prometheus_client import Metric
from pymongo.read_concern import ReadConcern

from events.instants import SECOND
from feedback.cases.case import Case
from feedback.exposition.families import families
from feedback.exposition.numbers import Amounts, Cell, Raw, numbers
from feedback.follow_ups import about
from feedback.scores.answers import LABELS
from feedback.scores.measures import Question
from feedback.store import Store
from rollups.background import Background
from rollups.exposition import values_of
from rollups.label_values import LabelValues
from rollups.store import RollupStore, flat

DEADLINE: Final = 3.0
"""Seconds that all reading for one scrape may take: well under the ten that Prometheus waits by default."""
FOLLOW_UPS_DEADLINE: Final = 30.0

_LABELS: Final = LABELS[:-1]
_decode: Final = msgspec.json.Decoder(Case).decode


class SnapshotReader:
    """Reads from `store`; `cap` values of each label are shown; `questions` are the configured question sets
    by name."""

    def __init__(self, store: Store, cap: int, questions: Mapping[str, Question]) -> None:
        # What a majority doesn't have yet may be rolled back, and a counter that was shown would fall.
        self._database = store.database.with_options(read_concern=ReadConcern("majority"))
        self._totals = RollupStore(self._database["totals"], _LABELS)
        self._questions = questions
        self._values = LabelValues(self._database["label_values"], _LABELS, cap)
        self._follow_ups = Background("follow-ups", self._read_follow_ups)

    def __call__(self) -> list[Metric]:
        """The families, filled. Raises PyMongoError where the store doesn't answer in time."""
        with pymongo.timeout(DEADLINE):
            raw = self._read()
            allowed = self._values.allowed(values_of(raw.label_sets(), len(_LABELS)))
        return families(numbers(raw, allowed), self._questions)

    def _read(self) -> Raw:
        taken_at = time.time()
        totals = [
            (place.labels, dict(flat(amounts))) for place, amounts in self._totals.read(None, None, (), {})
        ]
        return Raw(taken_at, totals, self._follow_ups.get())

    def _read_follow_ups(self) -> list[Cell]:
        now = int(time.time() * SECOND)
        with pymongo.timeout(FOLLOW_UPS_DEADLINE):
            waiting = self._database["cases"].find({"follow_up_due": {"$gt": 0}}, {"case": 1})
            return [cell for document in waiting for cell in open_follow_ups(_decode(document["case"]), now)]


def open_follow_ups(case: Case, now: int) -> list[Cell]:
    """What waits for somebody in `case`, by source and team: `open.<rule>`, and `overdue.<rule>` where the
    deadline was before `now` (µs)."""
    cells: list[Cell] = []
    for one in case.follow_ups:
        if one.state != "open" or case.excluded:
            continue
        amounts: Amounts = {f"open.{one.rule}": 1}
        if one.due_at < now:
            amounts[f"overdue.{one.rule}"] = 1
        cells.append(((case.source, about.team(case, about.said(case, one))), amounts))
    return cells
