"""Webhooks posted to a running ingest by a helpdesk that notices every answer, and what of them arrives."""

import http.client
import json
from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass
from email.message import Message
from functools import partial
from time import monotonic
from typing import Any

from events.topics import EVENTS
from faults.check import published
from faults.flow import Crowd
from harness import services, wait
from harness.services import RunningService

_KEPT_SECONDS = 1.0
"""A connection that was idle for longer isn't used again: ingest closes it after two seconds."""

Answer = tuple[float, int, float]
"""When (monotonic) its event was posted, the status, the seconds that it took."""


class Helpdesk(Crowd):
    """Posts from `threads` threads, `rate` webhooks a second in all, and repeats nothing.

    A ticket belongs to one thread, which posts its next event only after the answer to the one before.
    `answers`: event id → its answer, in the order of each ticket; `broken`: posts that no answer came to.
    """

    def __init__(self, port: int, *, rate: int = 200, threads: int = 16, tickets: int = 160) -> None:
        super().__init__(partial(self._post, range(n, 10**9, threads)) for n in range(threads))
        self._port, self._pace, self._tickets = port, threads / rate, tickets
        self.answers: dict[str, Answer] = {}
        self.broken: set[str] = set()

    def accepted(self, since: float = 0.0) -> list[str]:
        """The ids of the events that were posted from `since` (monotonic) on and answered 202."""
        answers = list(self.answers.copy().items())
        return [name for name, (began, status, _) in answers if status == 202 and since <= began]

    def refused(self) -> list[int]:
        """Every other status."""
        return [status for _, status, _ in list(self.answers.copy().values()) if status != 202]

    def _post(self, numbers: range) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        due = used = monotonic()
        for number in numbers:
            if self._end.wait(max(0.0, due - monotonic())):
                break
            due += self._pace
            name, began = f"e{number}", monotonic()
            if began > used + _KEPT_SECONDS:
                connection.close()
            try:
                status = post(connection, name, f"{number % self._tickets}").status
            except (OSError, http.client.HTTPException):
                self.broken.add(name)
                connection.close()
                break
            used = monotonic()
            self.answers[name] = (began, status, used - began)
        connection.close()


@dataclass(frozen=True)
class Said:
    """An answer with all that is in it."""

    status: int
    headers: Message
    body: str


def ask(connection: http.client.HTTPConnection, method: str, path: str, **request: Any) -> Said:
    """Send one request."""
    connection.request(method, path, **request)
    answer = connection.getresponse()
    return Said(answer.status, answer.headers, answer.read().decode())


def post(connection: http.client.HTTPConnection, name: str, ticket: str) -> Said:
    """Post the event `name` of `ticket`."""
    event = {
        "specversion": "1.0",
        "id": name,
        "source": "acme",
        "type": "ticket.created",
        "time": "2026-11-21T09:30:00Z",
        "subject": ticket,
    }
    headers = {
        "Authorization": f"Bearer {services.DEMO_SECRET}",
        "Content-Type": "application/cloudevents+json",
    }
    return ask(connection, "POST", "/v1/events", body=json.dumps(event), headers=headers)


def connected(ingest: RunningService) -> closing[http.client.HTTPConnection]:
    """A connection to `ingest`."""
    return closing(http.client.HTTPConnection("127.0.0.1", ingest.port, timeout=30))


def on_topic(address: str) -> dict[str, list[str]]:
    """Ticket → the ids of its events in the order of the topic."""
    found = defaultdict(list)
    for record in published(address, EVENTS):
        event = json.loads(record.value)
        found[event["subject"]].append(event["id"])
    return found


def await_arrival(address: str, ids: list[str]) -> dict[str, list[str]]:
    """What is on the topic once all `ids` are."""

    def all_there() -> dict[str, list[str]] | None:
        found = on_topic(address)
        return found if {name for names in found.values() for name in names}.issuperset(ids) else None

    found = wait.until(all_there, 60, "all accepted events to arrive")
    assert found is not None
    return found


def assert_in_order_and_once(found: dict[str, list[str]]) -> None:
    numbers = {ticket: [int(name[1:]) for name in names] for ticket, names in found.items()}
    assert numbers == {ticket: sorted(set(those)) for ticket, those in numbers.items()}
