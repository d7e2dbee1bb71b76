"""Events told to the worker's handler in a real transaction, as if a broker had brought them."""

import itertools
import json
import time
from collections.abc import Iterable
from typing import Any

from pymongo import MongoClient

from alerts.alert import Alert
from metrics.batch import Ways
from metrics.sla.policy import NO_RULES, Rules
from metrics.store import Store
from metrics.worker import TicketHandler
from streams.batch import Batch, Record
from streams.positions import Position, Positions

Wire = dict[str, Any]
GROUP = "metrics"
_numbers = itertools.count()


def event(kind: str, subject: str, time: str, data: Wire | None = None, source: str = "acme") -> Wire:
    """An event in wire form, with an id of its own."""
    return {
        "specversion": "1.0",
        "id": f"t{next(_numbers)}",
        "source": source,
        "type": kind,
        "subject": subject,
        "time": time,
        "data": data or {},
    }


def created(subject: str, time: str, source: str = "acme", **fields: Any) -> Wire:
    """`ticket.created`."""
    return event("ticket.created", subject, time, fields, source)


def changed(subject: str, time: str, source: str = "acme", **fields: Any) -> Wire:
    """`ticket.changed`."""
    return event("ticket.changed", subject, time, fields, source)


def wrote(subject: str, time: str, kind: str, person: str | None = None, *, public: bool = True) -> Wire:
    """`ticket.commented` by an agent, customer or bot."""
    return event(
        "ticket.commented", subject, time, {"author": {"kind": kind, "id": person}, "public": public}
    )


class Telling:
    """A worker's handler over `database`, with buckets of `width` seconds, under `rules`.

    `now` is what the handler takes for the present (µs), the real one while it is None; `alerts` are those
    that came of it.
    """

    def __init__(
        self, client: MongoClient[Any], database: str, width: int = 3600, rules: Rules = NO_RULES
    ) -> None:
        self.now: int | None = None
        self.alerts: list[Alert] = []
        self._client = client
        self.store = Store(client[database])
        self.store.prepare()
        self.store.set_counting(width, "")
        self._handler = TicketHandler(
            self.store,
            Ways(width, rules),
            lambda alerts, _session: self.alerts.extend(alerts),
            lambda: time.time_ns() // 1000 if self.now is None else self.now,
        )
        self._positions = Positions(self.store.database, GROUP)

    def elapse(self, now: int, partition: int = 0) -> int:
        """Let time pass to `now` (µs) in `partition`; gives how many rounds it took."""
        self.now = now
        rounds = 0
        while self._handler.is_due(partition, now):
            with self._client.start_session() as session, session.start_transaction():
                self._handler.elapse(partition, now, session)
            rounds += 1
        return rounds

    def tell(self, *events: Wire, partition: int = 0) -> None:
        """Process `events` as one batch of `partition`."""
        self.tell_all(events, partition)

    def tell_all(self, events: Iterable[Wire], partition: int = 0) -> None:
        """Process `events` as one batch of `partition`, and move its position as the consumer does."""
        records = [Record(n, 0, b"", json.dumps(one).encode()) for n, one in enumerate(events)]
        stored = self._positions.load("helpdesk.events", partition)
        with self._client.start_session() as session, session.start_transaction():
            outcome = self._handler.process(Batch("helpdesk.events", partition, records), session)
        assert not outcome.dead, outcome.dead
        now = Position(
            topic="helpdesk.events",
            partition=partition,
            topic_id="x",
            offset=(stored.offset if stored else 0) + len(records),
            newest=max((stored.newest if stored else None) or 0, outcome.newest or 0) or None,
        )
        if stored:
            self._positions.move(stored, now)
        else:
            self._positions.start(now)
