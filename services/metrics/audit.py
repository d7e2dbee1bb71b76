"""Holding the aggregates against the tickets, and the tickets against their events.

At all times the aggregates equal the sum of the contributions of all stored tickets, and each ticket equals
the fold of its stored events. `verify` checks both on one snapshot, beside running workers; `rebuild` makes
both true again while positions are held, so that no worker moves on meanwhile.
"""

from collections.abc import Callable, Iterator
from itertools import groupby, islice
from operator import itemgetter
from typing import Final

import msgspec
from pymongo.client_session import ClientSession

from events.codec import decode_ticket_event, key
from events.types import TicketEvent
from metrics.batch import Ways, refolded
from metrics.contributions import contribute
from metrics.records import Row, Ticket
from metrics.seen import see
from metrics.sla.policy import Rules
from metrics.store import Store
from metrics.ticket.fold import fold
from metrics.ticket.state import State
from rollups.amounts import Amounts, Place, add
from rollups.store import flat
from streams.positions import HELD

Progress = Callable[[int], None]
"""Called with the number of tickets done since the last call."""

LOST: Final = (0, Ticket(b"", [], 0))
"""What is put in the place of a ticket whose document is gone: its partition only has to be one."""

CHUNK: Final = 1000


def verify(store: Store, ways: Ways, session: ClientSession, progress: Progress) -> list[str]:
    """What is wrong, a sentence each; nothing when all is right.

    `ways` tell how tickets are counted, `session` is one that reads a snapshot.
    """
    wrong = []
    expected: Amounts = {}
    seen = 0
    for states in _chunks(_folded(store, ways.rules, session)):
        stored = store.tickets([key(state.source, state.subject) for state in states], session)
        for state in states:
            name = key(state.source, state.subject)
            ticket = stored.get(name)
            if ticket is None or ticket.raw != msgspec.json.encode(state):
                wrong.append(f"ticket {name} is not the fold of its events")
            contribute(see(state, ticket.seen_at if ticket else 0, ways.rules), ways.width, 1, expected)
        seen += len(stored)
        progress(len(states))
    if (without := store.count_tickets(session) - seen) > 0:
        wrong.append(f"{without} tickets have no events")
    found: Amounts = {}
    for place, numbers in store.rollups.read(None, None, (), {}, session):
        for measure, amount in flat(numbers):
            add(found, place, measure, amount)
    return wrong + [_difference(place, expected, found) for place in _differing(expected, found)]


def rebuild(store: Store, ways: Ways, changed: Callable[[Row], None], progress: Progress) -> None:
    """Fold every ticket from its events and make the aggregates anew, counted as `ways` say.

    A ticket without events is no ticket and goes. The totals stay: what was counted as first known can't be
    known anew. `changed` is told each ticket whose state became another. Safe to run again after a crash;
    until it has ended, the workers wait.
    """
    positions = store.database["positions"]
    positions.update_many({}, {"$set": {HELD: True}})
    store.rollups.clear()
    store.set_counting(ways.width, ways.fingerprint)
    for states in _chunks(_folded(store, ways.rules, None)):
        _rebuild_chunk(store, ways, states, changed)
        progress(len(states))
    store.forget_tickets_without_events()
    positions.update_many({}, {"$unset": {HELD: ""}})


def _rebuild_chunk(store: Store, ways: Ways, states: list[State], changed: Callable[[Row], None]) -> None:
    stored = store.placed_tickets([key(state.source, state.subject) for state in states])
    rollups: dict[int, Amounts] = {}
    rewritten: dict[int, list[Row]] = {}
    for state in states:
        partition, ticket = stored.get(key(state.source, state.subject), LOST)
        seen = see(state, ticket.seen_at, ways.rules)
        contribute(seen, ways.width, 1, rollups.setdefault(partition, {}))
        row = refolded(ticket, seen)
        rewritten.setdefault(partition, []).append(row)
        if msgspec.json.encode(state) != ticket.raw:
            changed(row)
    for partition, rows in rewritten.items():
        store.save(partition, [], rows, None)
    for partition, amounts in rollups.items():
        store.rollups.apply(amounts, partition, None)


def histories(store: Store, session: ClientSession | None) -> Iterator[list[TicketEvent]]:
    """All stored events, ticket by ticket."""
    for _, rows in groupby(store.all_events(session), key=itemgetter(0)):
        yield [decode_ticket_event(raw) for _, raw in rows]


def _folded(store: Store, rules: Rules, session: ClientSession | None) -> Iterator[State]:
    """The fold of each ticket's stored events."""
    return (fold(events, rules) for events in histories(store, session))


def _chunks(states: Iterator[State]) -> Iterator[list[State]]:
    while chunk := list(islice(states, CHUNK)):
        yield chunk


def _differing(expected: Amounts, stored: Amounts) -> list[Place]:
    return sorted(
        (p for p in expected.keys() | stored.keys() if expected.get(p) != stored.get(p)),
        key=lambda place: (place.bucket, str(place.labels)),
    )


def _difference(place: Place, expected: Amounts, stored: Amounts) -> str:
    wanted, found = expected.get(place, {}), stored.get(place, {})
    measures = sorted(m for m in wanted.keys() | found.keys() if wanted.get(m) != found.get(m))
    detail = ", ".join(f"{m} is {found.get(m, 0)} instead of {wanted.get(m, 0)}" for m in measures[:5])
    return f"bucket {place.bucket} of {'/'.join(str(label) for label in place.labels)}: {detail}"
