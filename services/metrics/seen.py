"""A ticket as it stands at a moment: what happened, and what became of its promises by then (pure)."""

from dataclasses import dataclass

from metrics.sla.clock import Clock
from metrics.sla.hours import open_time
from metrics.sla.policy import Rules
from metrics.ticket.clocks import clocks
from metrics.ticket.state import State


@dataclass(frozen=True, slots=True)
class Seen:
    """`state` seen at `as_of` (µs since the epoch) under `rules`; `clocks` are all of its clocks then."""

    state: State
    as_of: int
    rules: Rules
    clocks: list[Clock]

    def open_time(self, start: int, end: int) -> int | None:
        """Business time of the ticket between two instants, in µs; None where it has no calendar."""
        return open_time(self.state.source, self.state.promises, self.rules, start, end)


def see(state: State, as_of: int, rules: Rules) -> Seen:
    """The ticket with `state` as it stands at `as_of`, or at its last event where that is later."""
    moment = max(as_of, state.last[0])
    return Seen(state, moment, rules, clocks(state, rules, moment))
