"""Making sure that the collections exist."""

from collections.abc import Iterable
from typing import Any, Final

from pymongo.database import Database
from pymongo.errors import OperationFailure

_NAMESPACE_EXISTS: Final = 48


def ensure_collections(database: Database[dict[str, Any]], names: Iterable[str]) -> None:
    """Create those of `names` in `database` that don't exist yet, also where others do so at the same time.
    Raises PyMongoError."""
    existing = set(database.list_collection_names())
    for name in names:
        if name not in existing:
            _create(database, name)


def _create(database: Database[dict[str, Any]], name: str) -> None:
    try:
        database.create_collection(name, check_exists=False)
    except OperationFailure as error:
        if error.code != _NAMESPACE_EXISTS:
            raise
