"""Follow-ups found in MongoDB by the field `loop` of their cases' documents (see `places`)."""

from collections.abc import Mapping
from typing import Any, Final

from feedback.cases.case import Case, FollowUp
from feedback.follow_ups.record import find
from feedback.store import Store

Found = tuple[Case, FollowUp]
Cursor = tuple[int, str]
"""`due_at` (µs) and id of the last that is known already."""

_PORTION: Final = 1000


def most_urgent(store: Store, where: Mapping[str, Any], after: Cursor | None, limit: int) -> list[Found]:
    """At most `limit` follow-ups that fit `where` (field of a place → condition), by deadline, then id."""
    pipeline: list[dict[str, Any]] = [
        {"$match": {"loop": {"$elemMatch": dict(where)}}},
        {"$unwind": "$loop"},
        {"$match": {f"loop.{name}": condition for name, condition in where.items()}},
    ]
    if after is not None:
        due_at, last = after
        later = [{"loop.due_at": {"$gt": due_at}}, {"loop.due_at": due_at, "loop.id": {"$gt": last}}]
        pipeline.append({"$match": {"$or": later}})
    pipeline += [
        {"$sort": {"loop.due_at": 1, "loop.id": 1}},
        {"$limit": limit},
        {"$project": {"follow_up": "$loop.id"}},
    ]
    rows = [(row["_id"], row["follow_up"]) for row in store.database["cases"].aggregate(pipeline)]
    cases = store.cases({key for key, _ in rows})
    found = ((cases[key], find(cases[key], name)) for key, name in rows if key in cases)
    # Between the two looks one may have been forgotten.
    return [(case, follow_up) for case, follow_up in found if follow_up is not None]


def all_of(store: Store, where: Mapping[str, Any]) -> list[FollowUp]:
    """All follow-ups that fit `where`, as `most_urgent` reads it."""
    found: list[FollowUp] = []
    after: Cursor | None = None
    while page := most_urgent(store, where, after, _PORTION):
        found += (follow_up for _, follow_up in page)
        after = (page[-1][1].due_at, page[-1][1].id)
    return found
