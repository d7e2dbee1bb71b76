"""Moments kept under names, of which the latest counts."""

from collections.abc import Iterable, Mapping
from typing import Any

from pymongo import UpdateOne
from pymongo.client_session import ClientSession
from pymongo.collection import Collection


class Moments:
    """Name → the latest moment (µs since the epoch) that was noted for it, in `collection`."""

    def __init__(self, collection: Collection[dict[str, Any]]) -> None:
        self._collection = collection

    def note(self, moments: Mapping[str, int], session: ClientSession) -> None:
        """Keep `moments` where they are later than what is kept."""
        if moments:
            self._collection.bulk_write(
                [UpdateOne({"_id": name}, {"$max": {"at": at}}, upsert=True) for name, at in moments.items()],
                ordered=False,
                session=session,
            )

    def among(self, names: Iterable[str], session: ClientSession | None = None) -> dict[str, int]:
        """The moments of those of `names` that have one; asks nobody where there are no names."""
        wanted = list(names)
        if not wanted:
            return {}
        found = self._collection.find({"_id": {"$in": wanted}}, session=session)
        return {document["_id"]: document["at"] for document in found}
