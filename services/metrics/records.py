"""A ticket and an event as they are kept."""

from dataclasses import dataclass
from typing import Final

import msgspec

from metrics.ticket.state import State
from metrics.transitions import Counted

_states: Final = msgspec.json.Decoder(State)


@dataclass(slots=True)
class Ticket:
    """A stored ticket. `state` is decoded anew at each call: folding changes a state in place.

    `writes` counts how often it was written: it orders what is said about the ticket elsewhere.
    """

    raw: bytes
    counted: Counted
    writes: int

    def state(self) -> State:
        """The state of the fold."""
        return _states.decode(self.raw)


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
