"""The aggregates in MongoDB: one document per partition, bucket and label set.

Writers of different partitions never write the same document; readers add the partitions up. What cancels
out stays in a document as 0: it means nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from pymongo import UpdateOne
from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from rollups.amounts import Amounts, Labels, Place

Nested = Mapping[str, Any]


class RollupStore:
    """Aggregates with the label names `labels`, in `collection`."""

    def __init__(self, collection: Collection[dict[str, Any]], labels: Sequence[str]) -> None:
        self._collection = collection
        self.labels = tuple(labels)

    def prepare(self) -> None:
        """Make the indexes."""
        self._collection.create_index("bucket")

    def apply(self, amounts: Amounts, partition: int, session: ClientSession | None) -> None:
        """Add `amounts`, the contribution of things in `partition`."""
        operations = [
            UpdateOne(
                {"_id": self._id(partition, place)},
                {
                    "$inc": {f"n.{measure}": amount for measure, amount in measures.items()},
                    "$setOnInsert": self._place_fields(partition, place),
                },
                upsert=True,
            )
            for place, measures in amounts.items()
        ]
        if operations:
            self._collection.bulk_write(operations, ordered=False, session=session)

    def read(
        self,
        since: int | None,
        until: int | None,
        measures: Iterable[str],
        where: Mapping[str, Any],
        session: ClientSession | None = None,
    ) -> Iterator[tuple[Place, Nested]]:
        """Bucket and labels with their `measures`, for buckets in [since, until) whose labels fit `where`.

        A measure is read by its top name: `first_response` brings `{"n": …, "s": …, "b": {…}}`; no names
        bring all. The same place comes once per partition.
        """
        span = {name: value for name, value in (("$gte", since), ("$lt", until)) if value is not None}
        query: dict[str, Any] = {"bucket": span, **where} if span else dict(where)
        wanted = {f"n.{measure}": 1 for measure in measures} or {"n": 1}
        fields = {"_id": 0, "bucket": 1, **dict.fromkeys(self.labels, 1), **wanted}
        for document in self._collection.find(query, fields, session=session, batch_size=5000):
            if numbers := document.get("n"):
                labels: Labels = tuple(document[name] for name in self.labels)
                yield Place(document["bucket"], labels), numbers

    def clear(self, partitions: Sequence[int] | None = None) -> None:
        """Forget all aggregates (of `partitions` alone, when given)."""
        self._collection.delete_many({} if partitions is None else {"partition": {"$in": list(partitions)}})

    def _id(self, partition: int, place: Place) -> str:
        return msgspec.json.encode((partition, place.bucket, *place.labels)).decode()

    def _place_fields(self, partition: int, place: Place) -> dict[str, Any]:
        return {
            "partition": partition,
            "bucket": place.bucket,
            **dict(zip(self.labels, place.labels, strict=True)),
        }


def flat(numbers: Nested, prefix: str = "") -> Iterator[tuple[str, int]]:
    """The numbers of a document as (measure, amount), nesting joined by dots, zeros left out."""
    for name, value in numbers.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{name}.")
        elif value:
            yield f"{prefix}{name}", value
