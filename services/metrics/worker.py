"""The metrics worker's part of the exactly-once consumer: events in, tickets and aggregates out."""

from collections.abc import Sequence
from typing import Final

import msgspec
from pymongo.client_session import ClientSession

from events.codec import EventInvalid, decode_ticket_event, key
from events.instants import micros
from events.topics import TICKETS
from events.types import TicketAbsorbed, TicketEvent, TicketMerged
from metrics.batch import Change, News, plan
from metrics.mergers import absorptions
from metrics.records import StoredEvent, identity
from metrics.store import Store
from metrics.ticket.render import facts
from metrics.ticket.state import State
from streams.batch import Batch, Dead, Outcome
from streams.publisher import Message

_encode: Final = msgspec.json.encode


class TicketHandler:
    """Folds batches of `helpdesk.events` into `store`; aggregates have buckets of `width` seconds."""

    def __init__(self, store: Store, width: int) -> None:
        self._store = store
        self._width = width

    def process(self, batch: Batch, session: ClientSession) -> Outcome:
        """Fold `batch` in the transaction of `session`. Raises ConfigInvalid where a rebuild has changed
        the width of the buckets."""
        self._store.require_bucket_width(self._width, session)
        outcome = Outcome()
        read = _read(batch, outcome)
        news, events = self._unseen(read, session)
        merged = _merged(read)
        stored = self._store.tickets(news.keys() | merged, session)
        todo = plan(news, stored, lambda names: self._store.events(names, session), self._width)
        self._store.save(
            batch.partition, events, [(c.new, c.counted, c.writes) for c in todo.changes], session
        )
        self._store.rollups.apply(todo.rollups, batch.partition, session)
        self._store.totals.apply(todo.totals, batch.partition, session)
        for change in todo.changes:
            name = key(change.new.source, change.new.subject)
            outcome.pending.append(name)
            outcome.outgoing += _said(change, merged=name in merged)
        # A merger that is told again may be so because a broker lost what was said of it.
        for name in merged & stored.keys() - news.keys():
            outcome.outgoing += absorptions(stored[name].state(), stored[name].writes)
        outcome.counts = {
            "handled": len(events),
            "duplicate": len(batch.records) - len(outcome.dead) - len(events),
            "late": sum(change.late for change in todo.changes),
        }
        return outcome

    def republish(self, pending: Sequence[str]) -> list[Message]:
        """The facts of the tickets `pending`, and what their mergers say, as stored now."""
        messages = []
        for ticket in self._store.tickets(pending).values():
            state = ticket.state()
            messages += [facts_message(state), *absorptions(state, ticket.writes)]
        return messages

    def _unseen(
        self, read: dict[str, tuple[TicketEvent, bytes]], session: ClientSession
    ) -> tuple[dict[str, News], list[StoredEvent]]:
        """What of `read` the store doesn't have yet, by ticket, and as it is to be stored."""
        known = self._store.revisions(list(read), session)
        news: dict[str, News] = {}
        events: list[StoredEvent] = []
        for name, (event, raw) in read.items():
            revision = _revision(event)
            seen = known.get(name)
            if seen is not None and seen >= revision:
                continue
            ticket = key(event.source, event.subject)
            of_ticket = news.setdefault(ticket, News())
            of_ticket.events[name] = event
            of_ticket.restated |= seen is not None
            events.append(StoredEvent(name, ticket, raw, revision))
        return news, events


def _read(batch: Batch, outcome: Outcome) -> dict[str, tuple[TicketEvent, bytes]]:
    """The distinct events of `batch` by identity; what can't be read goes to the dead letters."""
    read: dict[str, tuple[TicketEvent, bytes]] = {}
    newest = None
    for record in batch.records:
        try:
            event = decode_ticket_event(record.value)
        except EventInvalid as error:
            outcome.dead.append(Dead(record, "invalid", str(error)))
            continue
        name = identity(event.source, event.id)
        earlier = read.get(name)
        if earlier is None or _revision(event) > _revision(earlier[0]):
            read[name] = (event, record.value)
        if newest is None or event.time > newest:
            newest = event.time
    outcome.newest = None if newest is None else micros(newest)
    return read


def _revision(event: TicketEvent) -> int:
    return event.data.revision if isinstance(event, TicketAbsorbed) else 0


def _merged(read: dict[str, tuple[TicketEvent, bytes]]) -> set[str]:
    """The tickets that `read` says were merged."""
    return {key(e.source, e.subject) for e, _ in read.values() if isinstance(e, TicketMerged)}


def _said(change: Change, *, merged: bool) -> list[Message]:
    """What the world is told about a changed ticket; `merged` when its batch says that it was merged."""
    messages = [facts_message(change.new)]
    if merged or (change.old is not None and change.old.mergers != change.new.mergers):
        messages += absorptions(change.new, change.writes)
    return messages


def facts_message(state: State) -> Message:
    """The facts of a ticket at its last event, as `helpdesk.tickets` carries them."""
    as_of = max(state.last[0], state.created_at)
    return Message(TICKETS, key(state.source, state.subject).encode(), _encode(facts(state, as_of)))
