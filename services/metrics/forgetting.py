"""What is removed from events when a customer is erased (pure).

An erasure names a customer by the keyed hash, and a moment. Every event up to then loses what it says of
them: the requester with the address beside it, and the author of a comment. Where they were a ticket's
requester, the addresses that its events state up to then without saying whose they are go too. The order in
which events and the erasure arrive makes no difference.
"""

from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from events.instants import micros
from events.types import TicketChanged, TicketCommented, TicketCreated, TicketEvent

Erased = Mapping[str, int]
"""Customer (a keyed hash) → up to when (µs since the epoch) they are erased."""


def requester_in(event: TicketEvent) -> str | None:
    """The requester that `event` names."""
    if isinstance(event, TicketCreated | TicketChanged) and isinstance(event.data.requester, str):
        return event.data.requester
    return None


def author_in(event: TicketEvent) -> str | None:
    """The customer who wrote, where `event` is a customer's comment that says so."""
    if isinstance(event, TicketCommented) and event.data.author.kind == "customer":
        return event.data.author.id
    return None


def people_in(events: Iterable[TicketEvent]) -> set[str]:
    """The customers that `events` name."""
    return {who for event in events for who in (requester_in(event), author_in(event)) if who is not None}


def states_loose_address(event: TicketEvent) -> bool:
    """Whether `event` states an address and not whose it is."""
    return (
        isinstance(event, TicketCreated | TicketChanged)
        and isinstance(event.data.contact, str)
        and requester_in(event) is None
    )


def erased_requesters(events: Iterable[TicketEvent], erased: Erased) -> Iterator[int]:
    """Up to when customers are erased whom `events` of one ticket name as its requester by then."""
    for event in events:
        until = erased.get(requester_in(event) or "")
        if until is not None and micros(event.time) <= until:
            yield until


def scrubbed(event: TicketEvent, erased: Erased, loose_until: int) -> TicketEvent:
    """`event` without what is erased: the very same object where it knows nothing of that.

    `loose_until` is up to when (µs) a requester of its ticket is erased, 0 where none is.
    """
    at = micros(event.time)
    match event:
        case TicketCommented():
            if not _is_erased(author_in(event), at, erased):
                return event
            return replace(event, data=replace(event.data, author=replace(event.data.author, id=None)))
        case TicketCreated() | TicketChanged():
            gone: dict[str, None] = {}
            if _is_erased(requester_in(event), at, erased):
                gone["requester"] = None
            stated = isinstance(event.data.contact, str)
            if stated and (gone or (at <= loose_until and states_loose_address(event))):
                gone["contact"] = None
            return replace(event, data=replace(event.data, **gone)) if gone else event
        case _:
            return event


def _is_erased(customer: str | None, at: int, erased: Erased) -> bool:
    return customer is not None and at <= erased.get(customer, -1)
