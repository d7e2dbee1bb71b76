"""Pseudonyms of customers (pure)."""

import hmac
from typing import Final

HASH_LENGTH: Final = 32


def customer_hash(customer: str, key: bytes) -> str:
    """The pseudonym of a customer: HMAC-SHA256 of the id alone, its first 32 hex digits.

    The source is no part of it: a customer is one person over all sources, so that what is promised to
    a person (a pause between surveys, being forgotten) holds over all of them. Where two helpdesks give
    the same id to different people, their administrators prefix the ids.
    """
    return hmac.digest(key, customer.encode(), "sha256").hex()[:HASH_LENGTH]
