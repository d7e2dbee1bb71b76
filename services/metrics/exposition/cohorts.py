"""How many of the tickets created lately are resolved, added up by the store itself."""

from collections.abc import Sequence
from typing import Any

from pymongo.collection import Collection

from metrics.exposition.numbers import COHORT_WINDOWS, Cell

_MEASURES = ("created", "cohort_resolved")


def read(rollups: Collection[dict[str, Any]], labels: Sequence[str], width: int, now: int) -> list[Cell]:
    """`created.<window>` and `cohort_resolved.<window>` by the label names `labels`, from `rollups` with
    buckets of `width` seconds. A window begins with the bucket that holds the moment so long before `now`
    (seconds since the epoch)."""
    since = {name: (now - span) // width * width for name, span in COHORT_WINDOWS.items()}
    sums = {
        f"{measure}_{window}": {"$sum": {"$cond": [{"$gte": ["$bucket", begin]}, f"$n.{measure}", 0]}}
        for window, begin in since.items()
        for measure in _MEASURES
    }
    # Below zero, where a ticket has come to another partition and was taken back there.
    says_something = {"$or": [{f"n.{measure}": {"$nin": [None, 0]}} for measure in _MEASURES]}
    pipeline: list[dict[str, Any]] = [
        {"$match": {"bucket": {"$gte": min(since.values())}, **says_something}},
        {"$group": {"_id": {name: f"${name}" for name in labels}, **sums}},
    ]
    return [
        (
            tuple(group["_id"].get(name) for name in labels),
            {f"{m}.{window}": group[f"{m}_{window}"] for m in _MEASURES for window in since},
        )
        for group in rollups.aggregate(pipeline)
    ]
