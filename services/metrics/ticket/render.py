"""From a state to the facts that people and programs read."""

from copy import copy

from events.facts import (
    Cycle,
    Duration,
    Exchange,
    Facts,
    FirstResponse,
    Milestone,
    Replies,
    StatusTimes,
)
from events.instants import moment, seconds
from metrics.ticket.state import Exchange as OpenExchange
from metrics.ticket.state import State
from metrics.ticket.state import StatusTimes as CompletedTimes


def facts(state: State, as_of: int) -> Facts:
    """The facts of a ticket at `as_of` (µs since the epoch), which is not before its last event.

    What still runs (status times, `worked`) is counted up to `as_of`. Formulas: see `events.facts` and
    the property of each name here. Business durations are null: the ticket has no calendar.
    """
    times = status_times(state, as_of)
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
        first_response=_first_response(state),
        acknowledgement=_milestone(state.created_at, state.acknowledged_at),
        first_resolution=_milestone(state.created_at, state.cycles[0].resolved),
        full_resolution=_milestone(state.created_at, state.cycles[-1].resolved),
        worked=_duration(sum((as_of if c.resolved is None else c.resolved) - c.opened for c in state.cycles)),
        status_times=StatusTimes(
            new=_duration(times.new),
            open=_duration(times.open),
            pending=_duration(times.pending),
            on_hold=_duration(times.on_hold),
        ),
        requester_wait=_duration(times.new + times.open + times.on_hold),
        agent_work=_duration(times.new + times.open),
        cycles=[
            Cycle(opened_at=moment(c.opened), resolved_at=None if c.resolved is None else moment(c.resolved))
            for c in state.cycles
        ],
        reopens=len(state.cycles) - 1,
        exchanges=[_exchange(e) for e in state.exchanges],
        replies=Replies(agent=state.agent_replies, customer=state.customer_replies, bot=state.bot_replies),
        one_touch=state.resolved and len(state.cycles) == 1 and state.agent_replies == 1,
        excluded=state.excluded,
        sla=[],
        next_deadline=None,
    )


def status_times(state: State, as_of: int) -> CompletedTimes:
    """Microseconds in each unresolved status up to `as_of`, the present status included."""
    times = copy(state.times)
    if not state.resolved:
        setattr(times, state.status, getattr(times, state.status) + as_of - state.since)
    return times


def first_response_us(state: State) -> int | None:
    """Creation (outbound: the first customer message) to the first public agent comment after it."""
    if state.responded_at is None or state.response_from is None:
        return None
    return state.responded_at - state.response_from


def _first_response(state: State) -> FirstResponse | None:
    calendar = first_response_us(state)
    if calendar is None or state.responded_at is None or state.response_from is None:
        return None
    human = None
    if state.handed_off_at is not None:
        human = seconds(state.responded_at - max(state.handed_off_at, state.response_from))
    return FirstResponse(at=moment(state.responded_at), calendar=seconds(calendar), human=human)


def _milestone(start: int, end: int | None) -> Milestone | None:
    return None if end is None else Milestone(at=moment(end), calendar=seconds(end - start))


def _duration(us: int) -> Duration:
    return Duration(calendar=seconds(us))


def _exchange(exchange: OpenExchange) -> Exchange:
    if exchange.answered is None:
        return Exchange(customer_at=moment(exchange.customer))
    return Exchange(
        customer_at=moment(exchange.customer),
        agent_at=moment(exchange.answered),
        calendar=seconds(exchange.answered - exchange.customer),
    )
