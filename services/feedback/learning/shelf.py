"""The learned models in MongoDB: one per language in use at most, earlier ones beside it.

A model is plain JSON: it can be taken out and looked at. It never changes; what changes is its state:
`in_use`, `replaced` by a better one, `retired` because the word list does better.
"""

from typing import Final, NamedTuple

from msgspec import to_builtins
from pymongo.client_session import ClientSession

from feedback.sentiment.model import Comparison, Model, dump
from feedback.store import Store

_IN_USE: Final = {"state": "in_use"}


class Kept(NamedTuple):
    """A model as it is kept: JSON, and when (µs) it was learned."""

    version: str
    json: bytes
    at: int


class Shelf:
    """The models of `store`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._models = store.database["models"]

    def in_use(self) -> dict[str, str]:
        """Language → version of its model."""
        return {d["language"]: d["_id"] for d in self._models.find(_IN_USE, {"language": 1})}

    def take(self, version: str) -> Kept | None:
        """The model `version`, if it is there."""
        found = self._models.find_one({"_id": version})
        return None if found is None else Kept(version, found["model"].encode(), found["at"])

    def adopt(self, model: Model, at: int) -> None:
        """Use `model`, learned at `at` (µs), from now on instead of the present one of its language."""

        def write(session: ClientSession) -> None:
            others = _IN_USE | {"language": model.language, "_id": {"$ne": model.version}}
            self._models.update_many(others, {"$set": {"state": "replaced", "until": at}}, session=session)
            document = {
                "language": model.language,
                "at": at,
                "labels": model.labels,
                "held_out": to_builtins(model.held_out),
                "model": dump(model).decode(),
                **_IN_USE,
            }
            self._models.replace_one({"_id": model.version}, document, upsert=True, session=session)

        self._store.transact(write)

    def retire(self, version: str, at: int, compared: Comparison | None) -> None:
        """Use `version` no more from `at` (µs) on; `compared`: how it did, None where it can't be read."""
        retired = {"state": "retired", "until": at, "retired_for": to_builtins(compared)}
        self._models.update_one({"_id": version} | _IN_USE, {"$set": retired})
