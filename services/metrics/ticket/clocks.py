"""All clocks of a ticket: those that are decided, kept with its state, and those that still run."""

from msgspec.structs import replace

from metrics.sla.clock import Clock, Slot, clock
from metrics.sla.policy import Rules
from metrics.ticket.slots import open_slots
from metrics.ticket.state import State


def clocks(state: State, rules: Rules, as_of: int) -> list[Clock]:
    """Every clock of the ticket at `as_of` (µs, not before its last event): the fulfilled in the order of
    their fulfilment, then the running. What still ran when the ticket left all counts is cancelled."""
    return [*(_called_off(one, state.excluded_at) for one in state.clocks), *running(state, rules, as_of)]


def running(state: State, rules: Rules, as_of: int) -> list[Clock]:
    """The clocks that nothing has fulfilled yet."""
    if not rules.policies:
        return []
    left = state.excluded_at
    stop = as_of if left is None else min(as_of, left)
    found = (clock(s, state.statuses, state.promises, rules, stop) for s in open_slots(state, rules))
    return [_called_off(one, left) for one in found if one is not None]


def settle(state: State, slot: Slot | None, rules: Rules) -> None:
    """Keep the clock of a `slot` that has just been fulfilled."""
    if slot is None or slot.end is None or not rules.policies:
        return
    decided = clock(slot, state.statuses, state.promises, rules, slot.end)
    if decided is not None:
        state.clocks.append(decided)


def _called_off(one: Clock, left: int | None) -> Clock:
    """The clock of a ticket that left all counts at `left`, if it did: what was undecided then is cancelled,
    whatever came to the ticket afterwards."""
    if left is None or (one.fulfilled_at is not None and one.fulfilled_at <= left):
        return one
    if one.breached_at is not None and one.breached_at < left:
        return one
    return replace(one, state="cancelled", breached_at=None, warn_at=None)
