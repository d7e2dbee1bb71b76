"""What of a customer may travel: keyed hashes of ids, redacted texts, and a sealed address (pure)."""

from dataclasses import dataclass
from typing import Final, TypeAlias

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from events.feedback import (
    CustomerActed,
    CustomerErased,
    EmployeeReported,
    Exit,
    FeedbackExited,
    FeedbackMentioned,
    FeedbackRated,
    Mention,
    Rating,
    Report,
)
from events.types import PostedEvent, TicketChanged, TicketCommented, TicketCreated
from privacy.pseudonym import customer_hash, is_hash
from privacy.redact import public_link, redact
from privacy.seal import Seal

MAX_CONTACT: Final = 320
# The contract's limits: a marker may be longer than what it stands for.
_MAX_TEXT: Final = 20_000
_MAX_LABEL: Final = 256
_MAX_URL: Final = 2048

_Said: TypeAlias = str | UnsetType | None


@dataclass(frozen=True, slots=True)
class Privacy:
    """`hash_key` makes pseudonyms of customers' ids; `seal` seals their addresses, which else are dropped."""

    hash_key: bytes
    seal: Seal | None = None


def pseudonymise(event: PostedEvent, privacy: Privacy) -> PostedEvent:
    """`event` as it may leave ingest.

    Requesters, customers, customers who comment and authors of mentions become `customer_hash`; what people
    wrote is redacted; `contact` is sealed, or dropped where there is no key to seal it for.
    """
    key = privacy.hash_key
    match event:
        case TicketCreated() | TicketChanged():
            contact = _sealed(event.data.contact, privacy.seal)
            fields = replace(event.data, requester=_hashed(event.data.requester, key), contact=contact)
            return replace(event, data=fields)
        case TicketCommented() if event.data.author.kind == "customer":
            author = replace(event.data.author, id=_hashed(event.data.author.id, key))
            return replace(event, data=replace(event.data, author=author))
        case FeedbackExited() | CustomerActed():
            return _about_customer(event, key)
        case CustomerErased() if not is_hash(event.subject):
            return replace(event, subject=customer_hash(event.subject, key))
        case FeedbackRated() | FeedbackMentioned() | EmployeeReported():
            return _said(event, key)
        case _:
            return event


def _hashed(customer: _Said, key: bytes) -> _Said:
    return customer_hash(customer, key) if isinstance(customer, str) else customer


def _redacted(text: _Said, limit: int = _MAX_TEXT) -> _Said:
    return redact(text)[:limit] if isinstance(text, str) else text


def _public(url: _Said) -> _Said:
    return (public_link(url) or "")[:_MAX_URL] or None if isinstance(url, str) else url


def _sealed(contact: _Said, seal: Seal | None) -> _Said:
    """Empty stays empty, "there is no address any more"; what can't travel was never said."""
    if seal is None or isinstance(contact, UnsetType):
        return UNSET
    if not contact:
        return None
    return seal(contact) if len(contact) <= MAX_CONTACT else UNSET


def _said(event: FeedbackRated | FeedbackMentioned | EmployeeReported, key: bytes) -> PostedEvent:
    data = event.data
    match data:
        case Rating():
            customer = _hashed(data.customer, key)
            said = replace(data, customer=customer, comment=_redacted(data.comment))
            # Where a ticket is told the subject is its number, which may be the customer's by chance.
            about = event.subject if data.ticket else _subject(event.subject, data.customer, key)
            return replace(event, subject=about, data=said)
        case Mention():
            author, customer = _hashed(data.author, key), _hashed(data.customer, key)
            text, url = _redacted(data.text), _public(data.url)
            subject = _subject(_subject(event.subject, data.customer, key), data.author, key)
            told = replace(data, text=text, url=url, author=author, customer=customer)
            return replace(event, subject=subject, data=told)
        case Report():
            return replace(event, data=replace(data, comment=_redacted(data.comment)))


def _subject(subject: str, customer: _Said, key: bytes) -> str:
    """What has no ticket may have the customer for its subject, which then is the same secret."""
    return customer_hash(subject, key) if subject == customer else subject


def _about_customer(event: FeedbackExited | CustomerActed, key: bytes) -> PostedEvent:
    subject = _subject(event.subject, event.data.customer, key)
    data = replace(event.data, customer=customer_hash(event.data.customer, key))
    if isinstance(data, Exit):
        data = replace(data, reason=_redacted(data.reason, _MAX_LABEL), comment=_redacted(data.comment))
    return replace(event, subject=subject, data=data)
