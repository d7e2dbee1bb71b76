"""Dead letters: what can never be processed, kept with the reason, where it stood, and its own bytes."""

import base64

import msgspec

from events.topics import dead_letters
from streams.batch import Batch, Dead
from streams.publisher import Message


class Letter(msgspec.Struct, kw_only=True, frozen=True):
    """A message of `<topic>.dlq`; key and value are base64 of the original bytes."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    reason: str
    detail: str
    key: str
    value: str


def dead_letter(batch: Batch, dead: Dead) -> Message:
    """The message that keeps `dead`, a record of `batch`."""
    record = dead.record
    letter = Letter(
        topic=batch.topic,
        partition=batch.partition,
        offset=record.offset,
        timestamp=record.timestamp,
        reason=dead.reason,
        detail=dead.detail,
        key=base64.b64encode(record.key).decode(),
        value=base64.b64encode(record.value).decode(),
    )
    return Message(dead_letters(batch.topic), record.key, msgspec.json.encode(letter))
