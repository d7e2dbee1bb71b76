"""Pseudonyms of customers (pure)."""

import hmac
import re
from typing import Final

HASH_LENGTH: Final = 32
_HASH: Final = re.compile(f"[0-9a-f]{{{HASH_LENGTH}}}")


def customer_hash(customer: str, key: bytes) -> str:
    """The pseudonym of a customer: HMAC-SHA256 of the id alone, its first 32 hex digits.

    The source is no part of it: a customer is one person over all sources, so that what is promised to
    a person (a pause between surveys, being forgotten) holds over all of them. Where two helpdesks give
    the same id to different people, their administrators prefix the ids.
    """
    return hmac.digest(key, customer.encode(), "sha256").hex()[:HASH_LENGTH]


def is_hash(text: str) -> bool:
    """Whether `text` has the form of a pseudonym."""
    return _HASH.fullmatch(text) is not None
