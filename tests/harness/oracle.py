"""What the numbers must be, computed the slow and plain way from the wire form of events.

It shares no code with the product: every measure is its own question to the sorted list of events.
Durations are microseconds, times microseconds since the epoch.
"""

import math
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

Wire = dict[str, Any]
Rollups = dict[tuple[int, tuple[str | None, ...]], dict[str, int]]

DONE = ("resolved", "closed")
_KINDS = [
    "ticket.created",
    "ticket.undeleted",
    "ticket.absorbed",
    "ticket.handed_off",
    "customer",
    "bot",
    "agent",
    "ticket.changed",
    "ticket.merged",
    "ticket.deleted",
]


def us(time: str) -> int:
    """Microseconds since the epoch of an RFC 3339 time."""
    return (datetime.fromisoformat(time) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _sort_key(event: Wire) -> tuple[int, int, str]:
    kind = event["data"]["author"]["kind"] if event["type"] == "ticket.commented" else event["type"]
    return us(event["time"]), _KINDS.index(kind), event["id"]


class Ticket:
    """One ticket's events, distinct and sorted, and the questions that can be put to them."""

    def __init__(self, events: Iterable[Wire]) -> None:
        distinct = {(e["source"], e["id"]): e for e in reversed(list(events))}
        self.events = sorted(distinct.values(), key=_sort_key)
        creations = [e for e in self.events if e["type"] == "ticket.created"]
        self.created = us((creations or self.events)[0]["time"])
        self.outbound = bool(creations) and creations[0].get("data", {}).get("outbound", False)

    def _at(self, event: Wire) -> int:
        return max(self.created, us(event["time"]))

    def field(self, name: str) -> Any:
        """The latest value that was stated of a field."""
        stated = [
            e["data"][name] for e in self.events if name in e.get("data", {}) and "author" not in e["data"]
        ]
        return stated[-1] if stated else None

    def statuses(self) -> list[tuple[int, str]]:
        """When which status began."""
        timeline = [(self.created, "new")]
        for event in self.events:
            status = event.get("data", {}).get("status")
            if status is not None and status != timeline[-1][1]:
                timeline.append((self._at(event), status))
        return timeline

    def cycles(self) -> list[tuple[int, int | None]]:
        """(opened, resolved or None), oldest first."""
        cycles: list[tuple[int, int | None]] = [(self.created, None)]
        for at, status in self.statuses():
            opened, resolved = cycles[-1]
            if status in DONE and resolved is None:
                cycles[-1] = (opened, at)
            elif status not in DONE and resolved is not None:
                cycles.append((at, None))
        return cycles

    def status_time(self, status: str, as_of: int) -> int:
        """Time spent in a status up to `as_of`."""
        timeline = [*self.statuses(), (as_of, "")]
        return sum(end - start for (start, held), (end, _) in pairwise(timeline) if held == status)

    def comments(self, kind: str) -> list[tuple[int, str | None]]:
        """When whose public comments of a kind of author were made."""
        return [
            (self._at(e), e["data"]["author"].get("id"))
            for e in self.events
            if e["type"] == "ticket.commented"
            and e["data"].get("public", True)
            and e["data"]["author"]["kind"] == kind
        ]

    def exchanges(self, before: Wire | None = None) -> list[list[Any]]:
        """[customer, answered or None, agent or None], oldest first; only those `before` an event."""
        found: list[list[Any]] = [] if self.outbound else [[self.created, None, None]]
        for event in self.events:
            if event is before:
                break
            data = event.get("data", {})
            waiting = None
            if event["type"] == "ticket.absorbed" and data.get("waiting_since"):
                waiting = us(data["waiting_since"])
            elif event["type"] == "ticket.commented" and data.get("public", True):
                if data["author"]["kind"] == "customer":
                    waiting = self._at(event)
                elif data["author"]["kind"] == "agent" and found and found[-1][1] is None:
                    found[-1][1:] = [self._at(event), data["author"].get("id")]
            if waiting is not None:
                if found and found[-1][1] is None:
                    found[-1][0] = min(found[-1][0], waiting)
                else:
                    found.append([waiting, None, None])
        return found

    def first_response(self) -> tuple[int, int] | None:
        """(when, after how long)."""
        if not self.outbound:
            agents = self.comments("agent")
            return (agents[0][0], agents[0][0] - self.created) if agents else None
        answered = [e for e in self.exchanges() if e[1] is not None]
        return (answered[0][1], answered[0][1] - answered[0][0]) if answered else None

    def messages(self) -> list[int]:
        """When customer messages came in, those of merged tickets included."""
        moved = [
            self._at(e)
            for e in self.events
            if e["type"] == "ticket.absorbed" and e["data"].get("waiting_since")
        ]
        return [at for at, _ in self.comments("customer")] + moved

    def excluded(self) -> str | None:
        """Why the ticket is in no count, if it isn't."""
        state = None
        for event in self.events:
            if event["type"] == "ticket.merged":
                state = "merged"
            elif event["type"] == "ticket.deleted":
                state = event.get("data", {}).get("reason", "deleted")
            elif event["type"] == "ticket.undeleted":
                state = None
        return state


def tickets(events: Iterable[Wire]) -> dict[tuple[str, str], Ticket]:
    """The tickets of `events`; what mergers leave to survivors is worked out here too."""
    own: dict[tuple[str, str], list[Wire]] = defaultdict(list)
    for event in events:
        own[event["source"], event["subject"]].append(event)
    groups, before = {name: list(events) for name, events in own.items()}, None
    # A merged ticket may itself be a survivor: repeat until what is handed on no longer changes.
    while groups != before:
        before = groups
        groups = {name: list(own.get(name, [])) for name in before}
        for (source, subject), known in before.items():
            for absorbed in _absorbed(source, subject, known):
                groups.setdefault((source, absorbed["subject"]), []).append(absorbed)
        for known in groups.values():
            known.sort(key=lambda event: str(event["id"]))
    return {name: Ticket(known) for name, known in groups.items()}


def _absorbed(source: str, subject: str, known: list[Wire]) -> list[Wire]:
    ticket = Ticket(known)
    moved: dict[str, Wire] = {}
    for index, event in enumerate(ticket.events):
        if event["type"] != "ticket.merged":
            continue
        undone = any(later["type"] == "ticket.undeleted" for later in ticket.events[index:])
        waiting = [customer for customer, answered, _ in ticket.exchanges(before=event) if answered is None]
        moved[event["data"]["into"]] = {
            "type": "ticket.absorbed",
            "id": f"absorbed {subject}",
            "source": source,
            "subject": event["data"]["into"],
            "time": _iso(max(us(event["time"]), ticket.created)),
            "data": {"waiting_since": None if undone or not waiting else _iso(waiting[-1])},
        }
    return list(moved.values())


def _iso(at: int) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)).isoformat()


def rollups(events: Iterable[Wire], width: int) -> Rollups:
    """All aggregates with buckets of `width` seconds: (bucket, labels) → measure → amount, no zeros."""
    amounts: Rollups = defaultdict(lambda: defaultdict(int))
    for (source, _), ticket in tickets(events).items():
        if ticket.excluded() is None:
            _add_ticket(amounts, source, ticket, width)
    return {place: dict(measures) for place, measures in amounts.items()}


def _add_ticket(amounts: Rollups, source: str, ticket: Ticket, width: int) -> None:
    base = (source, ticket.field("team"), ticket.field("priority"), ticket.field("channel"))
    mine = (*base, ticket.field("assignee"))

    def bucket(at: int) -> int:
        return at // 1_000_000 // width * width

    amounts[bucket(ticket.created), mine]["created"] += 1
    for number, (opened, resolved) in enumerate(ticket.cycles()):
        if number:
            amounts[bucket(opened), mine]["reopens"] += 1
        if resolved is not None:
            amounts[bucket(resolved), mine]["resolutions"] += 1
    latest = ticket.cycles()[-1][1]
    if latest is not None:
        amounts[bucket(ticket.created), mine]["cohort_resolved"] += 1
        _took(amounts[bucket(latest), mine], "full_resolution", latest - ticket.created)
    else:
        amounts[-1, (*base, None)][f"backlog.{ticket.statuses()[-1][1]}"] += 1
        if ticket.exchanges() and ticket.exchanges()[-1][1] is None:
            amounts[-1, (*base, None)]["unanswered"] += 1
    for at in ticket.messages():
        amounts[bucket(at), mine]["customer_messages"] += 1
    first = ticket.first_response()
    for number, (customer, answered, agent) in enumerate(ticket.exchanges()):
        if answered is None:
            continue
        is_first = number == 0 and first is not None
        duration = first[1] if is_first and first else answered - customer
        measure = "first_response" if is_first else "next_response"
        _took(amounts[bucket(answered), (*base, agent)], measure, duration)


def _took(place: dict[str, int], measure: str, duration: int) -> None:
    place[f"{measure}.n"] += 1
    if duration >= 1_000_000:
        place[f"{measure}.s"] += duration // 1_000_000
    if duration % 1_000_000:
        place[f"{measure}.u"] += duration % 1_000_000
    index = -1 if duration == 0 else math.ceil(math.log(duration) / math.log(1.02))
    place[f"{measure}.b.{index}"] += 1
