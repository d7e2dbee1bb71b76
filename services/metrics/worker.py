"""The metrics worker's part of the exactly-once consumer: events in, tickets and aggregates out."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import msgspec
from pymongo.client_session import ClientSession

from alerts.alert import Alert
from events.codec import EventInvalid, decode_desk_event, key
from events.feedback import CustomerErased
from events.instants import micros
from events.topics import TICKETS
from events.types import TicketAbsorbed, TicketEvent, TicketMerged
from metrics.batch import Change, News, Plan, Ways, plan, time_passed
from metrics.eraser import Eraser, Read
from metrics.mergers import absorptions
from metrics.records import Row, StoredEvent, Ticket, identity
from metrics.sla.policy import Rules
from metrics.store import Store
from metrics.ticket.render import ticket_facts
from metrics.ticket.state import State
from streams.batch import Batch, Dead, Outcome
from streams.publisher import Message

Tell = Callable[[Sequence[Alert], ClientSession], None]
"""Takes alerts for delivery, in a transaction."""

_encode: Final = msgspec.json.encode


def _present() -> int:
    return time.time_ns() // 1000


def _nobody(_alerts: Sequence[Alert], _session: ClientSession) -> None:
    """Where no alerts are configured, nobody is told."""


ELAPSED_AT_ONCE: Final = 500
"""Tickets whose deadlines are handled in one transaction."""
SAID_AT_ONCE: Final = 500
"""Tickets whose facts are published together where all are published anew."""


@dataclass(slots=True)
class _Contents:
    """What a batch says: distinct ticket events by identity, and who is to be erased, up to when (µs)."""

    events: Read = field(default_factory=dict)
    erased: dict[str, int] = field(default_factory=dict)
    erasures: int = 0


class TicketHandler:
    """Folds batches of `helpdesk.events` into `store`, counted as `ways` say. `tell` takes the alerts that
    come of it, in the same transaction; `clock` gives the present (µs since the epoch)."""

    def __init__(
        self, store: Store, ways: Ways, tell: Tell = _nobody, clock: Callable[[], int] = _present
    ) -> None:
        self._store = store
        self._ways = ways
        self._eraser = Eraser(store, ways.rules)
        self._tell = tell
        self._clock = clock

    def process(self, batch: Batch, session: ClientSession) -> Outcome:
        """Fold `batch` in the transaction of `session`. Raises ConfigInvalid where a rebuild has changed
        how tickets are counted."""
        self._store.require_counting(self._ways.width, self._ways.fingerprint, session)
        outcome = Outcome()
        said = _read(batch, outcome)
        self._retell(self._eraser.erase(said.erased, session), outcome)
        self._retell(self._eraser.strip(said.events, session), outcome)
        news, events = self._unseen(said.events, session)
        merged = _merged(said.events)
        stored = self._store.tickets(news.keys() | merged, session)
        histories = partial(self._store.events, session=session)
        todo = plan(news, stored, histories, self._ways, self._clock())
        self._write(batch.partition, todo, events, session)
        self._announce(todo, outcome, merged)
        # A merger that is told again may be so because a broker lost what was said of it.
        for name in sorted(merged & stored.keys() - news.keys()):
            outcome.pending.append(name)
            outcome.outgoing += self._again(stored[name])
        handled = len(events) + said.erasures
        outcome.counts = {
            "handled": handled,
            "duplicate": len(batch.records) - len(outcome.dead) - handled,
            "late": sum(change.late for change in todo.changes),
        }
        return outcome

    def is_due(self, partition: int, now: int) -> bool:
        """Whether a promise in `partition` comes to a deadline up to `now` (µs)."""
        if not self._ways.rules.policies:
            return False
        deadline = self._store.next_deadline(partition)
        return deadline is not None and deadline <= now

    def elapse(self, partition: int, now: int, session: ClientSession) -> Outcome:
        """Note what became of promises in `partition` up to `now` (µs)."""
        outcome = Outcome()
        tickets = self._store.due(partition, now, ELAPSED_AT_ONCE, session)
        todo = time_passed(tickets.values(), self._ways, now)
        self._write(partition, todo, [], session)
        self._announce(todo, outcome, frozenset())
        return outcome

    def _write(self, partition: int, todo: Plan, events: list[StoredEvent], session: ClientSession) -> None:
        self._store.save(partition, events, [change.row for change in todo.changes], session)
        self._store.rollups.apply(todo.rollups, partition, session)
        self._store.totals.apply(todo.totals, partition, session)
        self._tell(todo.alerts, session)

    def _announce(self, todo: Plan, outcome: Outcome, merged: Set[str]) -> None:
        """Have `outcome` tell the world of all changes; `merged` are the tickets whose merger is news."""
        for change in todo.changes:
            name = key(change.new.source, change.new.subject)
            outcome.pending.append(name)
            outcome.outgoing += self._said(change, merged=name in merged)

    def _retell(self, rows: Iterable[Row], outcome: Outcome) -> None:
        """Have `outcome` tell the facts of tickets that have forgotten somebody."""
        for row in rows:
            outcome.pending.append(key(row.state.source, row.state.subject))
            outcome.outgoing.append(facts_message(row.state, row.seen_at, self._ways.rules))

    def republish(self, pending: Sequence[str]) -> list[Message]:
        """The facts of the tickets `pending`, and what their mergers say, as stored now."""
        tickets = self._store.tickets(pending).values()
        return [message for ticket in tickets for message in self._again(ticket)]

    def elsewhere(self, partition: int, pending: Sequence[str]) -> set[str]:
        """Those tickets of `pending` that have come to another partition."""
        return self._store.elsewhere(partition, pending)

    def everything(self, partition: int) -> Iterator[list[Message]]:
        """The facts of all tickets of `partition` as stored now, in portions."""
        for tickets in self._store.of_partition(partition, SAID_AT_ONCE):
            yield [self._as_stored(ticket) for ticket in tickets]

    def _again(self, ticket: Ticket) -> list[Message]:
        return [self._as_stored(ticket), *absorptions(ticket.state(), ticket.writes)]

    def _as_stored(self, ticket: Ticket) -> Message:
        state = ticket.state()
        return facts_message(state, max(ticket.seen_at, state.last[0]), self._ways.rules)

    def _said(self, change: Change, *, merged: bool) -> list[Message]:
        """What the world is told about a changed ticket; `merged` when its batch says that it was merged."""
        messages = [facts_message(change.new, change.row.seen_at, self._ways.rules)]
        if merged or (change.old is not None and change.old.mergers != change.new.mergers):
            messages += absorptions(change.new, change.row.writes)
        return messages

    def _unseen(self, read: Read, session: ClientSession) -> tuple[dict[str, News], list[StoredEvent]]:
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


def _read(batch: Batch, outcome: Outcome) -> _Contents:
    """What `batch` says; what can't be read goes to the dead letters."""
    said = _Contents()
    newest = None
    for record in batch.records:
        try:
            event = decode_desk_event(record.value)
        except EventInvalid as error:
            outcome.dead.append(Dead(record, "invalid", str(error)))
            continue
        if isinstance(event, CustomerErased):
            said.erasures += 1
            said.erased[event.subject] = max(micros(event.time), said.erased.get(event.subject, 0))
            continue
        name = identity(event.source, event.id)
        earlier = said.events.get(name)
        if earlier is None or _revision(event) > _revision(earlier[0]):
            said.events[name] = (event, record.value)
        if newest is None or event.time > newest:
            newest = event.time
    outcome.newest = None if newest is None else micros(newest)
    return said


def _revision(event: TicketEvent) -> int:
    return event.data.revision if isinstance(event, TicketAbsorbed) else 0


def _merged(read: Read) -> set[str]:
    """The tickets that `read` says were merged."""
    return {key(e.source, e.subject) for e, _ in read.values() if isinstance(e, TicketMerged)}


def facts_message(state: State, as_of: int, rules: Rules) -> Message:
    """The facts of a ticket at `as_of` (µs), as `helpdesk.tickets` carries them."""
    name = key(state.source, state.subject)
    return Message(TICKETS, name.encode(), _encode(ticket_facts(state, as_of, rules)))
