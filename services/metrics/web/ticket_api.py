"""`GET /api/v1/tickets/<source>/<id>`: the facts of one ticket, now or at any moment."""

import time
from collections.abc import Iterable

import msgspec
from flask import Blueprint, Response, request

from events.codec import key
from events.facts import Facts
from events.instants import micros
from events.types import TicketEvent
from metrics.sla.policy import Rules
from metrics.store import Store
from metrics.ticket.explain import explain
from metrics.ticket.fold import fold
from metrics.ticket.render import facts
from rollups.intervals import instant
from runtime.parameters import check_names, one_of, parsed
from runtime.problems import Problem
from runtime.web import json_answer


def add_routes(api: Blueprint, store: Store, rules: Rules) -> None:
    """Add the route to `api`, answered from `store` under `rules`."""

    @api.get("/tickets/<source>/<anything:subject>")
    def ticket(source: str, subject: str) -> Response:
        check_names(request.args, ("as_of", "explain"))
        as_of = parsed(request.args, "as_of", instant)
        wants_explanation = parsed(request.args, "explain", one_of("0", "1")) == "1"
        name = key(source, subject)
        if wants_explanation:
            events = _events(store, name, as_of)
            found = _folded(events, as_of, rules)
            shown = msgspec.structs.asdict(found)
            return json_answer({**shown, "explain": explain(events, micros(found.as_of), rules)})
        return json_answer(_facts(store, name, as_of, rules))


def _facts(store: Store, name: str, as_of: int | None, rules: Rules) -> Facts:
    """The facts of the ticket `name`, without its events where its state says it all."""
    ticket = store.tickets([name]).get(name)
    if ticket is None:
        raise _unknown()
    state = ticket.state()
    if as_of is None or as_of >= state.last[0]:
        return facts(state, _moment(as_of, state.last[0]), rules)
    return _folded(_events(store, name, as_of), as_of, rules)


def _events(store: Store, name: str, as_of: int | None) -> list[TicketEvent]:
    """The events of the ticket `name` up to `as_of`, at least one."""
    stored: Iterable[TicketEvent] = store.events([name]).get(name, {}).values()
    events = [event for event in stored if as_of is None or micros(event.time) <= as_of]
    if not events:
        raise _unknown()
    return events


def _folded(events: list[TicketEvent], as_of: int | None, rules: Rules) -> Facts:
    state = fold(events, rules)
    return facts(state, _moment(as_of, state.last[0]), rules)


def _moment(as_of: int | None, last: int) -> int:
    """The moment of the facts: `as_of`, else now, but not before the last event."""
    return max(time.time_ns() // 1000, last) if as_of is None else as_of


def _unknown() -> Problem:
    return Problem(404, "Unknown ticket", "no event of such a ticket is known, or none by that time")
