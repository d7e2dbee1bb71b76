"""What one ticket adds to the aggregates: the table of measures.

Every amount bears the ticket's present labels (a ticket that moves takes its numbers along), but responses
bear the agent who wrote them. An excluded ticket adds nothing.

| measure | bucket | amount |
|---|---|---|
| created, cohort_resolved | creation | 1; 1 while the ticket is resolved |
| resolutions, reopens | each one's own | 1 |
| full_resolution | latest resolution | the duration, while resolved |
| first_response, next_response | the answer | the duration |
| customer_messages | the message | 1 |
| backlog.<status>, unanswered | NOW | 1 while unresolved; 1 while also waiting for an answer |
| sla.<target>.met, .breached | fulfilment; due time | 1 |
| overdue.<target>, due_soon.<target> | NOW | 1 while unresolved and broken; while to be warned of |

Durations stand twice: `<measure>` by every second, `<measure>_business` by open hours, where there are any.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from events.instants import SECOND
from metrics.seen import Seen
from metrics.sla.clock import Clock
from metrics.ticket.state import QUARTER, State
from rollups.amounts import NOW, Amounts, Labels, Place, add, add_duration

LABELS: Final = ("source", "team", "priority", "channel", "agent")

_BUSINESS: Final = {
    measure: f"{measure}_business" for measure in ("first_response", "next_response", "full_resolution")
}
_BACKLOG: Final = {status: f"backlog.{status}" for status in ("new", "open", "pending", "on_hold")}


class Settled(NamedTuple):
    """What two states of a ticket have in common and so makes no difference: the parts that are True, and
    the first so many exchanges, cycles and clocks."""

    creation: bool = False
    messages: bool = False
    outcome: bool = False
    present: bool = False
    exchanges: int = 0
    cycles: int = 0
    clocks: int = 0


NOTHING: Final = Settled()


def difference(old: Seen | None, new: Seen, width: int, into: Amounts) -> None:
    """Add to `into` what the aggregates (buckets of `width` seconds) need to go from `old` to `new`.

    What both states share is skipped, so that an append costs the same however long the ticket's past is.
    """
    settled = NOTHING if old is None else _settled(old.state, new.state)
    contribute(new, width, 1, into, settled)
    if old is not None:
        contribute(old, width, -1, into, settled)


def contribute(seen: Seen, width: int, sign: int, into: Amounts, settled: Settled = NOTHING) -> None:
    """Add what a ticket contributes to `into` (`sign` 1) or take it back (-1), but for what is `settled`."""
    state = seen.state
    if state.excluded is not None:
        return
    base = (state.source, state.team, state.priority, state.channel)
    labels = (*base, state.assignee)
    creation = Place(_bucket(state.created_at, width), labels)
    if not settled.creation:
        add(into, creation, "created", sign)
    latest = state.cycles[-1].resolved
    if not settled.outcome and latest is not None:
        add(into, creation, "cohort_resolved", sign)
        place = Place(_bucket(latest, width), labels)
        _add_span(into, place, "full_resolution", seen, state.created_at, latest, sign)
    if latest is None and not settled.present:
        now = Place(NOW, (*base, None))
        add(into, now, _BACKLOG[state.status], sign)
        if state.unanswered:
            add(into, now, "unanswered", sign)
    if not settled.messages:
        for quarter, count in state.messages.items():
            add(into, Place(_bucket(quarter * QUARTER, width), labels), "customer_messages", sign * count)
    _resolutions(state, labels, width, sign, into, settled.cycles)
    _responses(seen, base, width, sign, into, settled.exchanges)
    for clock in seen.clocks[settled.clocks :]:
        _promise(clock, seen, labels, width, sign, into)


def _settled(old: State, new: State) -> Settled:
    if (
        old.team != new.team
        or old.assignee != new.assignee
        or old.priority != new.priority
        or old.channel != new.channel
        or old.excluded != new.excluded
        or old.created_at != new.created_at
        or new.promises[: len(old.promises)] != old.promises
    ):
        return NOTHING
    # The first exchange is read together with the first-response clock.
    same_clock = old.response_from == new.response_from and old.responded_at == new.responded_at
    was, latest = old.cycles[-1].resolved, new.cycles[-1].resolved
    return Settled(
        True,
        old.messages == new.messages,
        was == latest,
        old.status == new.status and old.unanswered == new.unanswered,
        _common(old.exchanges, new.exchanges) if same_clock else 0,
        _common(old.cycles, new.cycles),
        _common(old.clocks, new.clocks),
    )


def _common(old: Sequence[object], new: Sequence[object]) -> int:
    shorter = min(len(old), len(new))
    if old[:shorter] == new[:shorter]:
        return shorter
    return next(i for i in range(shorter) if old[i] != new[i])


def _bucket(us: int, width: int) -> int:
    seconds = us // SECOND
    return seconds - seconds % width


def _resolutions(state: State, labels: Labels, width: int, sign: int, into: Amounts, start: int) -> None:
    for index in range(start, len(state.cycles)):
        cycle = state.cycles[index]
        if index:
            add(into, Place(_bucket(cycle.opened, width), labels), "reopens", sign)
        if cycle.resolved is not None:
            add(into, Place(_bucket(cycle.resolved, width), labels), "resolutions", sign)


def _responses(seen: Seen, base: Labels, width: int, sign: int, into: Amounts, start: int) -> None:
    state = seen.state
    for index in range(start, len(state.exchanges)):
        exchange = state.exchanges[index]
        if exchange.answered is None:
            continue
        place = Place(_bucket(exchange.answered, width), (*base, exchange.agent))
        first = state.first_response if index == 0 else None
        if first is not None:
            _add_span(into, place, "first_response", seen, *first, sign)
        else:
            _add_span(into, place, "next_response", seen, exchange.customer, exchange.answered, sign)


def _add_span(into: Amounts, place: Place, measure: str, seen: Seen, start: int, end: int, sign: int) -> None:
    add_duration(into, place, measure, end - start, sign)
    business = seen.open_time(start, end)
    if business is not None:
        add_duration(into, place, _BUSINESS[measure], business, sign)


def _promise(clock: Clock, seen: Seen, labels: Labels, width: int, sign: int, into: Amounts) -> None:
    now = Place(NOW, (*labels[:-1], None))
    if clock.state == "met" and clock.fulfilled_at is not None:
        add(into, Place(_bucket(clock.fulfilled_at, width), labels), f"sla.{clock.target}.met", sign)
    elif clock.state == "breached" and clock.breached_at is not None:
        add(into, Place(_bucket(clock.breached_at, width), labels), f"sla.{clock.target}.breached", sign)
        if clock.fulfilled_at is None and not seen.state.resolved:
            add(into, now, f"overdue.{clock.target}", sign)
    elif clock.state == "active" and clock.warn_at is not None and clock.warn_at <= seen.as_of:
        add(into, now, f"due_soon.{clock.target}", sign)
