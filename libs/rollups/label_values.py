"""Which values of each label are shown: the first that anybody saw, up to a cap, for good.

They are kept in the store, one document per label, and only ever appended to by a single atomic update:
so all replicas show the same, and no value ever moves between its own series and `other`, which would make
counters fall. (Times of insertion can't give that order: clocks differ, and what was inserted earlier may
be committed later.) A cap that is raised or lowered takes effect at the next start and does move values.
"""

from collections.abc import Sequence, Set
from typing import Any

from pymongo import ReturnDocument, WriteConcern
from pymongo.collection import Collection
from pymongo.read_concern import ReadConcern


class LabelValues:
    """The shown values of the labels `names`, at most `cap` each, in `collection`."""

    def __init__(self, collection: Collection[dict[str, Any]], names: Sequence[str], cap: int) -> None:
        self._collection = collection.with_options(
            read_concern=ReadConcern("majority"), write_concern=WriteConcern("majority")
        )
        self._names = tuple(names)
        self._cap = cap

    def allowed(self, seen: Sequence[Set[str]]) -> list[frozenset[str]]:
        """The values that each label may show, where `seen` holds those that occur.

        Values seen for the first time are let in while there is room.
        """
        kept = {document["_id"]: document["values"] for document in self._collection.find()}
        allowed = []
        for name, values in zip(self._names, seen, strict=True):
            known = kept.get(name, [])
            fresh = sorted(values - set(known))
            if fresh and len(known) < self._cap:
                known = self._let_in(name, fresh)
            allowed.append(frozenset(known[: self._cap]))
        return allowed

    def _let_in(self, name: str, fresh: Sequence[str]) -> list[str]:
        known = {"$ifNull": ["$values", []]}
        # `$literal`, because a team may be called "$something".
        unknown = {
            "$filter": {"input": {"$literal": [*fresh]}, "cond": {"$not": [{"$in": ["$$this", known]}]}}
        }
        values = {"$slice": [{"$concatArrays": [known, unknown]}, self._cap]}
        document = self._collection.find_one_and_update(
            {"_id": name}, [{"$set": {"values": values}}], upsert=True, return_document=ReturnDocument.AFTER
        )
        return list((document or {})["values"])
