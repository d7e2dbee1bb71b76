"""What a batch of events, or the passing of time, makes of the tickets it touches (pure)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from alerts.alert import Alert
from events.types import TicketEvent
from metrics import stages
from metrics.contributions import difference
from metrics.records import Row, Ticket
from metrics.seen import Seen, see
from metrics.sla.policy import NO_RULES, Rules
from metrics.ticket.fold import Placed, append, appendable, fold, placed
from metrics.ticket.state import State
from metrics.transitions import bounds, count
from rollups.amounts import Amounts, Place, add

Histories = Mapping[str, Mapping[str, TicketEvent]]
"""Ticket → identity → event."""


@dataclass(frozen=True)
class Ways:
    """How tickets are counted: in buckets of `width` seconds, under `rules`, of which `fingerprint` tells
    whether they are still the same."""

    width: int
    rules: Rules = NO_RULES
    fingerprint: str = ""

    @cached_property
    def bounds(self) -> tuple[int, ...]:
        """The bounds of the histograms, in seconds."""
        return bounds(self.rules)


@dataclass(slots=True)
class News:
    """What a batch brings to one ticket: its new events by identity; `restated` when one replaces an event
    that is stored already."""

    events: dict[str, TicketEvent] = field(default_factory=dict)
    restated: bool = False


@dataclass(slots=True)
class Change:
    """A ticket before, None for a new one, and as it is to be stored; `late` when it was folded anew."""

    old: State | None
    new: State
    row: Row
    late: bool


@dataclass(slots=True)
class Plan:
    """Everything that is to be written."""

    changes: list[Change] = field(default_factory=list)
    rollups: Amounts = field(default_factory=dict)
    totals: Amounts = field(default_factory=dict)
    alerts: list[Alert] = field(default_factory=list)


def plan(
    news: Mapping[str, News],
    stored: Mapping[str, Ticket],
    histories: Callable[[list[str]], Histories],
    ways: Ways,
    now: int,
) -> Plan:
    """The changes that `news` (ticket → its new events) makes to the `stored` tickets `now` (µs).

    `histories` is asked once, for the stored events of those tickets that must be folded anew; all others
    continue from their state.
    """
    result = Plan()
    late: list[str] = []
    for name, fresh in news.items():
        ordered = placed(fresh.events.values())
        ticket = stored.get(name)
        if ticket is None:
            _change(result, None, fold(fresh.events.values(), ways.rules), ways, now)
        elif fresh.restated or not (new := _continued(ticket, ordered, ways.rules)):
            late.append(name)
        else:
            _change(result, ticket, new, ways, now)
    if late:
        past = histories(late)
        for name in late:
            new = fold({**past[name], **news[name].events}.values(), ways.rules)
            _change(result, stored[name], new, ways, now, late=True)
    return result


def time_passed(tickets: Iterable[Ticket], ways: Ways, now: int) -> Plan:
    """What has become of the promises to `tickets` by `now` (µs), without an event."""
    result = Plan()
    for ticket in tickets:
        _change(result, ticket, ticket.state(), ways, now)
    return result


def refolded(ticket: Ticket, seen: Seen) -> Row:
    """The stored `ticket` with the state in `seen`, a fold of it at the moment for which it was stored."""
    times = (seen.as_of, ticket.told, stages.wake(seen), stages.urgency(seen))
    return Row(seen.state, ticket.counted, ticket.writes + 1, *times)


def _continued(ticket: Ticket, ordered: list[Placed], rules: Rules) -> State | None:
    """The ticket's state after `ordered`, None where they don't simply continue it."""
    state = ticket.state()
    if not appendable(state, ordered):
        return None
    append(state, ordered, rules)
    return state


def _change(
    result: Plan, ticket: Ticket | None, state: State, ways: Ways, now: int, *, late: bool = False
) -> None:
    new = see(state, now, ways.rules)
    old: Seen | None = None
    if ticket is not None:
        old = see(ticket.state(), ticket.seen_at, ways.rules)
    increments, counted = count(old, new, ticket.counted if ticket else None, ways.bounds, appended=not late)
    if increments:
        place = Place(0, (state.source, state.team, state.priority, state.channel))
        for measure, amount in increments.items():
            add(result.totals, place, measure, amount)
    difference(old, new, ways.width, result.rollups)
    alerts, told = stages.news(new, ticket.told if ticket else [])
    result.alerts += alerts
    times = (new.as_of, told, stages.wake(new), stages.urgency(new))
    row = Row(state, counted, ticket.writes + 1 if ticket else 1, *times)
    result.changes.append(Change(None if old is None else old.state, state, row, late))
