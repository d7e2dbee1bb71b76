"""From a state to the facts that people and programs read."""

from collections.abc import Callable, Iterable
from copy import copy
from datetime import datetime
from functools import partial
from typing import Final

from msgspec.structs import asdict

from events.facts import (
    Cycle,
    Duration,
    Exchange,
    Facts,
    FirstResponse,
    Milestone,
    Replies,
    SlaClock,
    StatusTimes,
    TicketFacts,
)
from events.instants import LAST_MOMENT, moment, seconds
from metrics.sla.clock import Clock
from metrics.sla.hours import open_time
from metrics.sla.policy import NO_RULES, Rules
from metrics.ticket.clocks import clocks
from metrics.ticket.state import Exchange as OpenExchange
from metrics.ticket.state import State
from metrics.ticket.state import StatusTimes as CompletedTimes

OpenTime = Callable[[int, int], int | None]

_UNKNOWN: Final[dict[str, int | None]] = dict.fromkeys(("new", "open", "pending", "on_hold"))


def facts(state: State, as_of: int, rules: Rules = NO_RULES) -> Facts:
    """The facts of a ticket at `as_of` (µs since the epoch, not before its last event) under `rules`.

    What still runs (status times, `worked`, clocks) is counted up to `as_of`.
    """
    hours = partial(open_time, state.source, state.promises, rules)
    times = status_times(state, as_of)
    open_times = _UNKNOWN if rules.empty else _open_status_times(state, as_of, hours)
    running = clocks(state, rules, as_of)
    return Facts(
        source=state.source,
        id=state.subject,
        status=state.status,
        priority=state.priority,
        team=state.team,
        assignee=state.assignee,
        channel=state.channel,
        created_at=moment(state.created_at),
        as_of=moment(as_of),
        version=state.version,
        first_response=_first_response(state, hours),
        acknowledgement=_milestone(state.created_at, state.acknowledged_at, hours),
        first_resolution=_milestone(state.created_at, state.cycles[0].resolved, hours),
        full_resolution=_milestone(state.created_at, state.cycles[-1].resolved, hours),
        worked=_worked(state, as_of, hours),
        status_times=StatusTimes(
            new=_both(times.new, open_times, "new"),
            open=_both(times.open, open_times, "open"),
            pending=_both(times.pending, open_times, "pending"),
            on_hold=_both(times.on_hold, open_times, "on_hold"),
        ),
        requester_wait=_both(times.new + times.open + times.on_hold, open_times, "new", "open", "on_hold"),
        agent_work=_both(times.new + times.open, open_times, "new", "open"),
        cycles=[
            Cycle(opened_at=moment(c.opened), resolved_at=None if c.resolved is None else moment(c.resolved))
            for c in state.cycles
        ],
        reopens=len(state.cycles) - 1,
        exchanges=[_exchange(e, hours) for e in state.exchanges],
        replies=Replies(agent=state.agent_replies, customer=state.customer_replies, bot=state.bot_replies),
        one_touch=state.resolved and len(state.cycles) == 1 and state.agent_replies == 1,
        excluded=state.excluded,
        sla=[clock_facts(one) for one in running],
        next_deadline=_moment(next_due(running)),
    )


def ticket_facts(state: State, as_of: int, rules: Rules = NO_RULES) -> TicketFacts:
    """The facts of a ticket as other services get them; see `facts`. One that left all counts has no address
    to write to."""
    return TicketFacts(
        **asdict(facts(state, as_of, rules)),
        requester=state.requester,
        contact=state.contact if state.excluded is None else None,
        locale=state.locale,
        url=state.url,
        tags=list(state.tags or ()),
        credited=[cycle.credited for cycle in state.cycles],
    )


def next_due(running: Iterable[Clock]) -> int | None:
    """When the first of the `running` clocks that still can be kept is due."""
    return min((c.due_at for c in running if c.state == "active" and c.due_at is not None), default=None)


def status_times(state: State, as_of: int) -> CompletedTimes:
    """Microseconds in each unresolved status up to `as_of`, the present status included."""
    times = copy(state.times)
    if not state.resolved:
        setattr(times, state.status, getattr(times, state.status) + as_of - state.since)
    return times


def _open_status_times(state: State, as_of: int, hours: OpenTime) -> dict[str, int | None]:
    """Open time in each unresolved status; None where a part of it has no calendar, or, for a status that
    the ticket never had, where it was created without one."""
    times: dict[str, int | None] = {}
    ends = [*(at for at, _ in state.statuses[1:]), as_of]
    for (start, status), end in zip(state.statuses, ends, strict=True):
        if start < end:
            before, added = times.get(status, 0), hours(start, end)
            times[status] = None if before is None or added is None else before + added
    untouched = hours(state.created_at, state.created_at)
    return {name: times.get(name, untouched) for name in ("new", "open", "pending", "on_hold")}


def _worked(state: State, as_of: int, hours: OpenTime) -> Duration:
    spans = [(c.opened, as_of if c.resolved is None else c.resolved) for c in state.cycles]
    return Duration(
        calendar=seconds(sum(end - start for start, end in spans)),
        business=_total([hours(start, end) for start, end in spans]),
    )


def _both(calendar: int, open_times: dict[str, int | None], *statuses: str) -> Duration:
    return Duration(calendar=seconds(calendar), business=_total([open_times[name] for name in statuses]))


def _total(parts: list[int | None]) -> int | float | None:
    known = [part for part in parts if part is not None]
    return seconds(sum(known)) if len(known) == len(parts) else None


def _first_response(state: State, hours: OpenTime) -> FirstResponse | None:
    if state.first_response is None:
        return None
    start, end = state.first_response
    human = None
    if state.handed_off_at is not None:
        human = seconds(end - max(state.handed_off_at, start))
    return FirstResponse(
        at=moment(end),
        calendar=seconds(end - start),
        business=_total([hours(start, end)]),
        human=human,
    )


def _milestone(start: int, end: int | None, hours: OpenTime) -> Milestone | None:
    if end is None:
        return None
    return Milestone(at=moment(end), calendar=seconds(end - start), business=_total([hours(start, end)]))


def _exchange(exchange: OpenExchange, hours: OpenTime) -> Exchange:
    if exchange.answered is None:
        return Exchange(customer_at=moment(exchange.customer))
    return Exchange(
        customer_at=moment(exchange.customer),
        agent_at=moment(exchange.answered),
        calendar=seconds(exchange.answered - exchange.customer),
        business=_total([hours(exchange.customer, exchange.answered)]),
    )


def clock_facts(clock: Clock) -> SlaClock:
    """A clock as people and programs read it."""
    return SlaClock(
        target=clock.target,
        cycle=clock.cycle,
        policy=clock.policy,
        state=clock.state,
        started_at=moment(clock.started_at),
        due_at=_moment(clock.due_at),
        fulfilled_at=_moment(clock.fulfilled_at),
        breached_at=_moment(clock.breached_at),
        elapsed=seconds(clock.elapsed),
        remaining=seconds(clock.allowed - clock.elapsed),
    )


def _moment(us: int | None) -> datetime | None:
    """A due time may lie beyond what a calendar date can say: then there is none."""
    return None if us is None or us > LAST_MOMENT else moment(us)
