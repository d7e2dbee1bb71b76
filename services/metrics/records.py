"""A ticket and an event as they are kept."""

from dataclasses import dataclass, field
from typing import Final

import msgspec

from metrics.ticket.state import State
from metrics.transitions import Counted

_states: Final = msgspec.json.Decoder(State)


@dataclass(slots=True)
class Ticket:
    """A stored ticket. `state` is decoded anew at each call: folding changes a state in place.

    `counted` is what the totals have counted of it; `writes` how often it was written, which orders what is
    said about it elsewhere; `seen_at` the moment (µs) for which the aggregates hold it; `told` the marks of
    the alerts that people got.
    """

    raw: bytes
    counted: Counted
    writes: int
    seen_at: int = 0
    told: list[str] = field(default_factory=list)

    def state(self) -> State:
        """The state of the fold."""
        return _states.decode(self.raw)


@dataclass(frozen=True, slots=True)
class Row:
    """A ticket as it is to be stored; `wake` (µs) is when its clocks change by themselves next, `urgency`
    puts tickets in the order in which their promises are due."""

    state: State
    counted: Counted
    writes: int
    seen_at: int
    told: list[str]
    wake: int | None
    urgency: int | None


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event as it is kept: under `identity`, with its bytes. `revision` orders restatements of it."""

    identity: str
    ticket: str
    raw: bytes
    revision: int = 0


def identity(source: str, event_id: str) -> str:
    """The identity of an event: a second one with the same changes nothing."""
    return f"{source}\0{event_id}"
