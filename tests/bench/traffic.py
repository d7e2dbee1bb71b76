"""Made-up traffic for measurements: tickets with an ordinary life, their events interleaved in time order."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from events.codec import key
from events.topics import EVENTS
from streams.publisher import Message

START = datetime(2026, 6, 1, tzinfo=UTC)
TEAMS = tuple(f"team-{number}" for number in range(8))
PRIORITIES = ("low", "normal", "high", "urgent")
CHANNELS = ("email", "web", "chat")
AGENTS = tuple(f"agent-{number}" for number in range(30))


def messages(tickets: int, *, seed: int, days: float = 7) -> list[Message]:
    """Five events of each of `tickets` tickets that began within `days`, as ingest publishes them."""
    rng = random.Random(seed)
    rows = sorted(
        (row for number in range(tickets) for row in _life(rng, f"{seed}-{number}", days)),
        key=lambda row: row[0],
    )
    return [
        Message(EVENTS, key("acme", event["subject"]).encode(), json.dumps(event).encode())
        for _, event in rows
    ]


def _life(rng: random.Random, subject: str, days: float) -> Iterator[tuple[datetime, dict[str, Any]]]:
    agent = rng.choice(AGENTS)
    labels = {
        "team": rng.choice(TEAMS),
        "priority": rng.choice(PRIORITIES),
        "channel": rng.choice(CHANNELS),
        "assignee": agent,
    }
    steps: list[tuple[str, dict[str, Any]]] = [
        ("ticket.created", {"status": "new", **labels}),
        ("ticket.commented", {"author": {"kind": "agent", "id": agent}}),
        ("ticket.changed", {"status": "pending"}),
        ("ticket.commented", {"author": {"kind": "customer", "id": f"customer of {subject}"}}),
        ("ticket.changed", {"status": rng.choice(("open", "resolved", "resolved", "resolved"))}),
    ]
    moment = START + timedelta(seconds=rng.randrange(int(days * 86_400)))
    for number, (kind, data) in enumerate(steps):
        yield (
            moment,
            {
                "specversion": "1.0",
                "id": f"{subject}-{number}",
                "source": "acme",
                "subject": subject,
                "type": kind,
                "time": moment.isoformat(),
                "data": data,
            },
        )
        moment += timedelta(seconds=rng.randrange(1, 3 * 3600))
