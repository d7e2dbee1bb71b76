"""The metrics service's pure core driven batch by batch, with dictionaries where MongoDB would be."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from events.codec import decode_ticket_event, key
from events.types import TicketAbsorbed, TicketEvent
from metrics.batch import News, Ways, plan
from metrics.mergers import absorptions
from metrics.records import Row, Ticket
from metrics.ticket.state import State
from rollups.amounts import Amounts, add

Wire = dict[str, Any]


def typed(event: Wire) -> TicketEvent:
    """An event in wire form as the service sees it."""
    return decode_ticket_event(json.dumps(event).encode())


HOURLY = Ways(3600)


class Desk:
    """Tickets, aggregates and totals, as batches have left them."""

    def __init__(self, ways: Ways = HOURLY) -> None:
        self.ways = ways
        self.tickets: dict[str, Ticket] = {}
        self.events: dict[str, dict[str, TicketEvent]] = {}
        self.rollups: Amounts = {}
        self.totals: Amounts = {}
        self.histories_read = 0

    def take(self, batch: Iterable[Wire]) -> None:
        """Process one batch, and what mergers lead to."""
        self._take([typed(event) for event in batch])

    def state(self, subject: str, source: str = "acme") -> State:
        """What is known of a ticket."""
        return self.tickets[key(source, subject)].state()

    def _take(self, batch: Sequence[TicketEvent]) -> None:
        news: dict[str, News] = {}
        for event in batch:
            name = key(event.source, event.subject)
            known = self.events.get(name, {}).get(event.id) or news.get(name, News()).events.get(event.id)
            if known is None or _revision(event) > _revision(known):
                of_ticket = news.setdefault(name, News())
                of_ticket.events[event.id] = event
                of_ticket.restated |= known is not None
        todo = plan(news, self.tickets, self._histories, self.ways, 0)
        for name, fresh in news.items():
            self.events.setdefault(name, {}).update(fresh.events)
        self._add(self.rollups, todo.rollups)
        self._add(self.totals, todo.totals)
        said = []
        for change in todo.changes:
            name = key(change.new.source, change.new.subject)
            self.tickets[name] = _stored(change.row)
            if change.old is None or change.old.mergers != change.new.mergers:
                said += absorptions(change.new, change.row.writes)
        if said:
            self._take([decode_ticket_event(message.value) for message in said])

    def _histories(self, names: list[str]) -> dict[str, dict[str, TicketEvent]]:
        self.histories_read += len(names)
        return {name: dict(self.events[name]) for name in names}

    def _add(self, to: Amounts, amounts: Amounts) -> None:
        for place, measures in amounts.items():
            for measure, amount in measures.items():
                add(to, place, measure, amount)


def _revision(event: TicketEvent) -> int:
    return event.data.revision if isinstance(event, TicketAbsorbed) else 0


def _stored(row: Row) -> Ticket:
    return Ticket(msgspec.json.encode(row.state), row.counted, row.writes, row.seen_at, row.told)
