"""Transactions of those who died."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pymongo import MongoClient


@contextmanager
def short_transactions(mongo: MongoClient[dict[str, Any]]) -> Iterator[None]:
    """Whoever dies within a transaction that nobody inherits keeps what it wrote from others until the server
    ends it: after a minute, in this block after seconds."""
    mongo.admin.command({"setParameter": 1, "transactionLifetimeLimitSeconds": 2})
    try:
        yield
    finally:
        mongo.admin.command({"setParameter": 1, "transactionLifetimeLimitSeconds": 60})
