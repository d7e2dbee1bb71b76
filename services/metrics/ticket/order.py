"""The one order in which a ticket's events are folded, whatever order they arrived in."""

from typing import Final

from events.instants import micros
from events.types import (
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
from metrics.ticket.state import Key

# At one instant a question precedes its answer, and messages precede the change that came with them:
# tools send "reply and resolve" with one timestamp, and that reply belongs to the cycle it resolves.
_RANK: Final = {
    TicketCreated: 0,
    TicketUndeleted: 1,
    TicketAbsorbed: 2,
    TicketHandedOff: 3,
    TicketCommented: 4,
    TicketChanged: 7,
    TicketMerged: 8,
    TicketDeleted: 9,
}
_COMMENT_RANK: Final = {"customer": 4, "bot": 5, "agent": 6}


def place(event: TicketEvent) -> Key:
    """Where `event` stands among the events of its ticket: by time, then kind, then id."""
    rank = _COMMENT_RANK[event.data.author.kind] if type(event) is TicketCommented else _RANK[type(event)]
    return (micros(event.time), rank, event.id)
