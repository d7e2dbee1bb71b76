"""`GET /api/v1/customers/<id>`: everything that is held about one customer."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from flask import Blueprint, Response, request
from msgspec import Struct

from events.codec import key
from events.facts import Facts
from events.instants import moment
from events.types import TicketEvent
from metrics.forgetting import author_in, requester_in
from metrics.records import Ticket
from metrics.sla.policy import Rules
from metrics.store import Store
from metrics.ticket.render import facts
from privacy.pseudonym import customer_hash, is_hash
from runtime.parameters import check_names
from runtime.problems import Problem
from runtime.web import json_answer

Role = Literal["requester", "author"]


class Known(Struct, kw_only=True, frozen=True):
    """A ticket that knows the customer: as its requester, as the author of comments, or both.

    `has_address`: an address is kept with it, sealed, that may be theirs.
    """

    ticket: str
    roles: list[Role]
    has_address: bool
    facts: Facts


class CustomerData(Struct, kw_only=True, frozen=True):
    """What is held. `hashes` are the pseudonyms that were looked for; `erased_at`: what happened up to then
    has been forgotten, null where nobody asked for that."""

    hashes: list[str]
    erased_at: datetime | None
    tickets: list[Known]


def add_routes(api: Blueprint, store: Store, rules: Rules, hash_key: bytes | None) -> None:
    """Add the route to `api`, answered from `store` under `rules`; ids are hashed with `hash_key`."""

    @api.get("/customers/<anything:customer>")
    def customer_data(customer: str) -> Response:
        check_names(request.args, ())
        hashes = _hashes(customer, hash_key)
        names = sorted(store.known_to(hashes))
        tickets, histories = store.tickets(names), store.events(names)
        erased = store.erased.among(hashes)
        return json_answer(
            CustomerData(
                hashes=hashes,
                erased_at=moment(max(erased.values())) if erased else None,
                tickets=[
                    _known(tickets[name], histories[name].values(), hashes, rules)
                    for name in names
                    if name in tickets and name in histories
                ],
            )
        )


def _hashes(customer: str, hash_key: bytes | None) -> list[str]:
    """The pseudonyms that `customer` may have: what looks like one may also be a helpdesk's id."""
    hashes = [customer] if is_hash(customer) else []
    if hash_key is not None:
        hashes.append(customer_hash(customer, hash_key))
    if not hashes:
        reason = "without DESKPULSE_HASH_KEY this service knows customers by their hash alone: 32 hex digits"
        raise Problem(404, "Unknown customer", reason)
    return hashes


def _known(ticket: Ticket, events: Iterable[TicketEvent], hashes: list[str], rules: Rules) -> Known:
    state = ticket.state()
    told = list(events)
    roles: dict[Role, bool] = {
        "requester": any(requester_in(event) in hashes for event in told),
        "author": any(author_in(event) in hashes for event in told),
    }
    return Known(
        ticket=key(state.source, state.subject),
        roles=[role for role, is_so in roles.items() if is_so],
        has_address=state.contact is not None and state.requester in hashes,
        facts=facts(state, max(ticket.seen_at, state.last[0]), rules),
    )
