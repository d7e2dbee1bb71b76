"""A stream of ticket events as a careless helpdesk would send it: repeated, disordered, endless enough."""

import json
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Any

from events.codec import key
from events.topics import EVENTS
from streams.publisher import Message, Publisher

Wire = dict[str, Any]

START = datetime(2026, 5, 4, 6, 0, tzinfo=UTC)
TEAMS = ("billing", "orders", "technical")
AGENTS = ("ayse", "mehmet", "zeynep", None)


def events(seed: int, count: int, tickets: int, start: datetime = START, apart: float = 7) -> list[Wire]:
    """`count` distinct events of about `tickets` tickets from `start` on, about `apart` seconds apart; the
    same `seed` gives the same events."""
    rng = random.Random(seed)
    return [
        _event(rng, number, tickets, start + timedelta(seconds=number * apart)) for number in range(count)
    ]


def _event(rng: random.Random, number: int, tickets: int, start: datetime) -> Wire:
    subject = str(rng.randrange(tickets))
    kind, data = rng.choices(
        (
            ("ticket.created", {"team": rng.choice(TEAMS), "channel": "email", "priority": "high"}),
            ("ticket.changed", {"status": rng.choice(("open", "pending", "on_hold", "resolved", "closed"))}),
            ("ticket.changed", {"assignee": rng.choice(AGENTS), "team": rng.choice(TEAMS)}),
            ("ticket.commented", {"author": {"kind": "customer"}}),
            ("ticket.commented", {"author": {"kind": "agent", "id": rng.choice(AGENTS)}}),
            ("ticket.merged", {"into": str(rng.randrange(tickets, tickets + 3))}),
            ("ticket.deleted", {"reason": "spam"}),
            ("ticket.undeleted", {}),
        ),
        (10, 30, 8, 25, 25, 1, 1, 1),
    )[0]
    moment = start + timedelta(seconds=rng.randrange(60), microseconds=rng.choice((0, 0, 250_000)))
    return {
        "specversion": "1.0",
        "id": f"e{number}",
        "source": "acme",
        "subject": subject,
        "type": kind,
        "time": moment.isoformat(),
        "data": data,
    }


def arrivals(distinct: list[Wire], seed: int) -> list[Wire]:
    """`distinct` as they arrive: every tenth twice, each up to 200 places from where it belongs."""
    rng = random.Random(seed)
    repeated = [*distinct, *rng.sample(distinct, len(distinct) // 10)]
    places = {id(event): index for index, event in enumerate(distinct)}
    return sorted(repeated, key=lambda event: places[id(event)] + rng.random() * 200)


def message(event: Wire) -> Message:
    """`event` as ingest publishes it."""
    return Message(EVENTS, key(event["source"], event["subject"]).encode(), json.dumps(event).encode())


@dataclass
class Load:
    """Publishes `wires` to the broker at `bootstrap` from a thread of its own, about `rate` a second; breaks
    off where the broker takes nothing for `patience` seconds."""

    bootstrap: str
    wires: list[Wire]
    rate: int
    patience: float = 10.0
    published: int = 0
    _abort: Event = field(default_factory=Event)

    def __enter__(self) -> "Load":
        self._thread = Thread(target=self._publish, name="load")
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._abort.set()
        self._thread.join()

    def join(self) -> None:
        """Return once everything is published."""
        self._thread.join()
        assert self.published == len(self.wires), "the load broke off"

    def stop(self) -> None:
        """Publish nothing more; returns once what was begun is published."""
        assert self._thread.is_alive(), "the load broke off"
        self._abort.set()
        self._thread.join()

    def _publish(self) -> None:
        publisher = Publisher(self.bootstrap)
        step = max(1, self.rate // 20)
        try:
            for start in range(0, len(self.wires), step):
                batch = [message(wire) for wire in self.wires[start : start + step]]
                publisher.publish(batch, self.patience)
                self.published = min(start + step, len(self.wires))
                if self._abort.wait(0.05):
                    return
        finally:
            publisher.close()
