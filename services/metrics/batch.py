"""What a batch of events makes of the tickets it touches (pure)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from events.types import TicketEvent
from metrics.contributions import difference
from metrics.records import Ticket
from metrics.ticket.fold import Placed, append, appendable, fold, placed
from metrics.ticket.state import State
from metrics.transitions import Counted, count
from rollups.amounts import Amounts, Place, add

Histories = Mapping[str, Mapping[str, TicketEvent]]
"""Ticket → identity → event."""


@dataclass(slots=True)
class News:
    """What a batch brings to one ticket: its new events by identity; `restated` when one replaces an event
    that is stored already."""

    events: dict[str, TicketEvent] = field(default_factory=dict)
    restated: bool = False


@dataclass(slots=True)
class Change:
    """A ticket before and after; `late` when it had to be folded anew."""

    old: State | None
    new: State
    counted: Counted
    writes: int
    late: bool


@dataclass(slots=True)
class Plan:
    """Everything that a batch changes."""

    changes: list[Change] = field(default_factory=list)
    rollups: Amounts = field(default_factory=dict)
    totals: Amounts = field(default_factory=dict)


def plan(
    news: Mapping[str, News],
    stored: Mapping[str, Ticket],
    histories: Callable[[list[str]], Histories],
    width: int,
) -> Plan:
    """The changes that `news` (ticket → its new events) makes to the `stored` tickets.

    `histories` is asked once, for the stored events of those tickets that must be folded anew; all others
    continue from their state. `width` is the aggregates' bucket width in seconds.
    """
    result = Plan()
    late: list[str] = []
    for name, fresh in news.items():
        ordered = placed(fresh.events.values())
        ticket = stored.get(name)
        if ticket is None:
            _change(result, None, fold(fresh.events.values()), None, width)
        elif fresh.restated or not (new := _continued(ticket, ordered)):
            late.append(name)
        else:
            _change(result, ticket, new, ticket.state(), width)
    if late:
        past = histories(late)
        for name in late:
            new = fold({**past[name], **news[name].events}.values())
            _change(result, stored[name], new, stored[name].state(), width, late=True)
    return result


def _continued(ticket: Ticket, ordered: list[Placed]) -> State | None:
    """The ticket's state after `ordered`, None where they don't simply continue it."""
    state = ticket.state()
    if not appendable(state, ordered):
        return None
    append(state, ordered)
    return state


def _change(
    result: Plan, ticket: Ticket | None, new: State, old: State | None, width: int, *, late: bool = False
) -> None:
    increments, counted = count(old, new, ticket.counted if ticket else None, appended=not late)
    if increments:
        place = Place(0, (new.source, new.team, new.priority, new.channel))
        for measure, amount in increments.items():
            add(result.totals, place, measure, amount)
    difference(old, new, width, result.rollups)
    result.changes.append(Change(old, new, counted, ticket.writes + 1 if ticket else 1, late))
