"""`GET /api/v1/sla/open`: the promises that somebody still has to keep, the most urgent first."""

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from flask import Blueprint, Response, request
from msgspec import Struct

from events.facts import SlaClock
from events.instants import moment
from metrics.records import Ticket
from metrics.seen import Seen, see
from metrics.sla.policy import TARGETS, Rules
from metrics.store import Store
from metrics.ticket.render import clock_facts
from runtime.parameters import check_names, one_of, parsed
from runtime.web import json_answer

MOST: Final = 500
STATES: Final = ("active", "paused", "breached")
LABELS: Final = ("source", "team", "priority", "channel")


class OpenClock(Struct, kw_only=True, frozen=True):
    """A promise that runs, and whose ticket it is."""

    source: str
    ticket: str
    url: str | None
    team: str | None
    priority: str | None
    channel: str | None
    assignee: str | None
    clock: SlaClock


class OpenClocks(Struct, kw_only=True, frozen=True):
    """A page: `next` is the `after` of the page that follows, null on the last."""

    as_of: datetime
    rows: list[OpenClock]
    next: str | None


def add_routes(api: Blueprint, store: Store, rules: Rules) -> None:
    """Add the route to `api`, answered from `store` under `rules`."""

    @api.get("/sla/open")
    def sla_open() -> Response:
        check_names(request.args, (*LABELS, "target", "state", "limit", "after"))
        target = parsed(request.args, "target", one_of(*TARGETS))
        state = parsed(request.args, "state", one_of(*STATES))
        limit = parsed(request.args, "limit", _limit) or 100
        after = parsed(request.args, "after", _cursor)
        where = {
            n: {"$in": [v or None for v in request.args.getlist(n)]} for n in LABELS if n in request.args
        }
        now = time.time_ns() // 1000
        page = store.promised(where, after, limit)
        seen = [see(ticket.state(), now, rules) for _, _, ticket in page]
        rows = [row for one in seen for row in _rows(one, target, state)]
        rows.sort(key=lambda row: (row.clock.state == "paused", row.clock.due_at or row.clock.started_at))
        return json_answer(OpenClocks(as_of=moment(now), rows=rows, next=_next(page, limit)))


def _rows(seen: Seen, target: str | None, state: str | None) -> list[OpenClock]:
    ticket = seen.state
    return [
        OpenClock(
            source=ticket.source,
            ticket=ticket.subject,
            url=ticket.url,
            team=ticket.team,
            priority=ticket.priority,
            channel=ticket.channel,
            assignee=ticket.assignee,
            clock=clock_facts(clock),
        )
        for clock in seen.clocks
        if clock.fulfilled_at is None
        and clock.state in STATES
        and target in (None, clock.target)
        and state in (None, clock.state)
    ]


def _next(page: Sequence[tuple[int, str, Ticket]], limit: int) -> str | None:
    if len(page) < limit:
        return None
    rank, name, _ = page[-1]
    return f"{rank} {name}"


def _limit(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST:
        raise ValueError(f"expected a number of tickets from 1 to {MOST}")
    return int(text)


def _cursor(text: str) -> tuple[int, str]:
    rank, _, name = text.partition(" ")
    if not rank.isdecimal() or not name:
        raise ValueError("expected the next of an earlier page")
    return int(rank), name
