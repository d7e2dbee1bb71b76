"""What a merge says to the survivor: an event that the worker publishes, restated when it changes.

The survivor may live in another partition, so it hears of a merge as every ticket hears of anything. The
event's identity names the two tickets; of several statements under one identity the highest revision
counts, and the revision is how often the merged ticket has been written.
"""

import hashlib

import msgspec

from events.codec import encode, key
from events.instants import moment
from events.topics import EVENTS
from events.types import Absorption, TicketAbsorbed
from metrics.ticket.state import State
from streams.publisher import Message


def absorptions(state: State, writes: int) -> list[Message]:
    """The statements to the survivors of all mergers of `state`, whose ticket was written `writes` times."""
    latest = {merger.into: merger for merger in state.mergers}
    messages = []
    for merger in latest.values():
        event = TicketAbsorbed(
            specversion="1.0",
            id=_identity(state.subject, merger.into),
            source=state.source,
            subject=merger.into,
            time=moment(merger.at),
            data=Absorption(
                merged=state.subject,
                revision=writes,
                waiting_since=None if merger.waiting is None else moment(merger.waiting),
            ),
        )
        messages.append(Message(EVENTS, key(state.source, merger.into).encode(), encode(event)))
    return messages


def _identity(merged: str, into: str) -> str:
    # A hash, because two subjects of full length don't fit into one id.
    digest = hashlib.blake2b(msgspec.json.encode((merged, into)), digest_size=16).hexdigest()
    return f"deskpulse:merge:{digest}"
