"""The fold: a ticket's events to its state. The result depends on the set of events alone.

Events are taken in the order of `order.place`. An event dated before the creation counts as happening at
the creation, so that no duration is negative.
"""

from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import Any, Final

from msgspec import UNSET

from events.instants import micros
from events.types import (
    RESOLVED,
    Status,
    TicketAbsorbed,
    TicketChanged,
    TicketCommented,
    TicketCreated,
    TicketDeleted,
    TicketEvent,
    TicketHandedOff,
    TicketMerged,
    TicketUndeleted,
)
from metrics.sla.policy import NO_RULES, Rules
from metrics.ticket.clocks import settle
from metrics.ticket.messages import acquaint, commented, message
from metrics.ticket.order import place
from metrics.ticket.slots import resolution_slot
from metrics.ticket.state import Cycle, Exchange, Key, Merger, State, StatusTimes

Placed = tuple[Key, TicketEvent]

_FIELDS: Final = (
    "priority",
    "team",
    "assignee",
    "channel",
    "category",
    "tags",
    "requester",
    "contact",
    "locale",
    "url",
)


def fold(events: Iterable[TicketEvent], rules: Rules = NO_RULES) -> State:
    """The state after `events` (all of one ticket, distinct, at least one, in any order) under `rules`."""
    ordered = placed(events)
    state = begin(ordered)
    for key, event in ordered:
        _step(state, key, event, rules)
    return state


def placed(events: Iterable[TicketEvent]) -> list[Placed]:
    """`events` with their places, in the order in which they are folded."""
    return sorted(((place(event), event) for event in events), key=itemgetter(0))


def appendable(state: State, ordered: Sequence[Placed]) -> bool:
    """Whether the `ordered` events only continue `state`; else the ticket must be folded anew."""
    return ordered[0][0] > state.last and (
        state.created_seen or not any(type(event) is TicketCreated for _, event in ordered)
    )


def append(state: State, ordered: Iterable[Placed], rules: Rules = NO_RULES) -> None:
    """Take `ordered` events that are `appendable` into `state`, at a cost that ignores its past."""
    for key, event in ordered:
        _step(state, key, event, rules)


def begin(ordered: Sequence[Placed]) -> State:
    """The state of the ticket with the `ordered` events before the first of them."""
    (first_at, _, _), first = ordered[0]
    creation = next((event for _, event in ordered if isinstance(event, TicketCreated)), None)
    created_at = micros(creation.time) if creation else first_at
    outbound = creation is not None and creation.data.outbound
    return State(
        source=first.source,
        subject=first.subject,
        created_at=created_at,
        since=created_at,
        last=(0, 0, ""),
        created_seen=creation is not None,
        outbound=outbound,
        times=StatusTimes(),
        statuses=[(created_at, "new")],
        updated_at=created_at,
        cycles=[Cycle(created_at)],
        # A customer's ticket is their first message; on an outbound ticket nobody waits yet.
        exchanges=[] if outbound else [Exchange(created_at)],
        response_from=None if outbound else created_at,
    )


def _step(state: State, key: Key, event: TicketEvent, rules: Rules) -> None:
    state.version += 1
    state.last = key
    at = max(state.created_at, key[0])
    if not state.promises and type(event) not in _FIELD_EVENTS:
        _promise(state, at, rules)
    _STEPS[type(event)](state, event, at, rules)


def _promise(state: State, at: int, rules: Rules) -> None:
    """Note the policy that the ticket falls under from now on, if it is another one."""
    if not rules.policies:
        return
    labels = {
        "source": state.source,
        "priority": state.priority,
        "team": state.team,
        "channel": state.channel,
    }
    policy = rules.choose(labels, state.tags or (), at)
    chosen = None if policy is None else policy.key
    if state.promises and state.promises[-1][0] == at:
        state.promises.pop()
    if not state.promises or state.promises[-1][1] != chosen:
        state.promises.append((at, chosen))


def _changed(state: State, event: TicketChanged | TicketCreated, at: int, rules: Rules) -> None:
    data = event.data
    for name in _FIELDS:
        value = getattr(data, name)
        if value is not UNSET:
            setattr(state, name, value)
    if isinstance(data.requester, str):
        acquaint(state, data.requester)
    _promise(state, at, rules)
    if data.status is not UNSET and data.status != state.status:
        _transition(state, data.status, at, rules)


def _transition(state: State, status: Status, at: int, rules: Rules) -> None:
    before = state.status
    if before not in RESOLVED:
        setattr(state.times, before, getattr(state.times, before) + at - state.since)
        if status in RESOLVED:
            settle(state, resolution_slot(state, rules, at), rules)
            state.cycles[-1].resolved = at
            state.cycles[-1].assignee = state.assignee
    elif status not in RESOLVED:
        # Who replied at this very moment, as tools tell of a reply that reopens, did so in the new cycle.
        state.cycles.append(Cycle(at, None, list(state.repliers) if state.updated_at == at else []))
    state.status = status
    state.since = at
    state.statuses.append((at, status))


def _handed_off(state: State, _event: TicketHandedOff, at: int, _rules: Rules) -> None:
    if state.handed_off_at is None and state.responded_at is None:
        state.handed_off_at = at


def _merged(state: State, event: TicketMerged, at: int, _rules: Rules) -> None:
    state.excluded, state.excluded_at = "merged", state.excluded_at or at
    waiting = state.exchanges[-1].customer if state.unanswered else None
    state.mergers.append(Merger(event.data.into, at, waiting))


def _absorbed(state: State, event: TicketAbsorbed, at: int, _rules: Rules) -> None:
    if event.data.waiting_since is not None:
        message(state, at, waiting=micros(event.data.waiting_since))


def _deleted(state: State, event: TicketDeleted, at: int, _rules: Rules) -> None:
    state.excluded, state.excluded_at = event.data.reason, state.excluded_at or at


def _undeleted(state: State, _event: TicketUndeleted, _at: int, _rules: Rules) -> None:
    state.excluded = state.excluded_at = None
    for merger in state.mergers:
        merger.waiting = None


_FIELD_EVENTS: Final = frozenset((TicketCreated, TicketChanged))
"""They set the fields that a policy looks at, and so choose it themselves, after that. Other events keep the
policy: a reply can't fall under one that was not in force when the ticket was last looked at."""

_STEPS: Final[dict[type, Callable[[State, Any, int, Rules], None]]] = {
    TicketCreated: _changed,
    TicketChanged: _changed,
    TicketCommented: commented,
    TicketHandedOff: _handed_off,
    TicketMerged: _merged,
    TicketAbsorbed: _absorbed,
    TicketDeleted: _deleted,
    TicketUndeleted: _undeleted,
}
