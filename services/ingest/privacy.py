"""What of a customer may travel: a keyed hash instead of each id, and no address (pure)."""

import hmac
from typing import Final

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from events.feedback import CustomerActed, FeedbackExited, FeedbackMentioned, FeedbackRated
from events.types import PostedEvent, TicketChanged, TicketCommented, TicketCreated

HASH_LENGTH: Final = 32


def pseudonymise(event: PostedEvent, key: bytes) -> PostedEvent:
    """`event` without a customer's ids and address.

    Requesters, customers, customers who comment and authors of mentions become `customer_hash`. `contact`
    is dropped: it may travel only sealed for the feedback service, which comes with that service.
    """
    match event:
        case TicketCreated() | TicketChanged():
            fields = replace(event.data, requester=_hashed(event.data.requester, key), contact=UNSET)
            return replace(event, data=fields)
        case TicketCommented() if event.data.author.kind == "customer":
            author = replace(event.data.author, id=_hashed(event.data.author.id, key))
            return replace(event, data=replace(event.data, author=author))
        case FeedbackRated():
            return replace(event, data=replace(event.data, customer=_hashed(event.data.customer, key)))
        case FeedbackMentioned():
            writer, customer = _hashed(event.data.author, key), _hashed(event.data.customer, key)
            return replace(event, data=replace(event.data, author=writer, customer=customer))
        case FeedbackExited() | CustomerActed():
            return _about_customer(event, key)
        case _:
            return event


def customer_hash(customer: str, key: bytes) -> str:
    """The pseudonym of a customer: HMAC-SHA256 of the id alone, its first 32 hex digits.

    The source is no part of it: a customer is one person over all sources, so that what is promised to
    a person (a pause between surveys, being forgotten) holds over all of them. Where two helpdesks give
    the same id to different people, their administrators prefix the ids.
    """
    return hmac.digest(key, customer.encode(), "sha256").hex()[:HASH_LENGTH]


def _hashed(customer: str | UnsetType | None, key: bytes) -> str | UnsetType | None:
    return customer_hash(customer, key) if isinstance(customer, str) else customer


def _about_customer(event: FeedbackExited | CustomerActed, key: bytes) -> PostedEvent:
    """These events have no ticket: their subject may be the customer, and then is the same secret."""
    pseudonym = customer_hash(event.data.customer, key)
    subject = pseudonym if event.subject == event.data.customer else event.subject
    return replace(event, subject=subject, data=replace(event.data, customer=pseudonym))
