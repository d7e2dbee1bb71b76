"""The one way into Kafka: how an event, live or imported, is validated and becomes a message."""

from collections.abc import Iterable
from typing import Any

import msgspec

from events import codec
from events.codec import EventInvalid
from events.topics import topics_of
from events.types import PostedEvent
from ingest.privacy import Privacy, pseudonymise
from streams.publisher import Message

_REASON_LENGTH = 200
# How JSON writes the character that databases and C libraries cut texts at.
_ESCAPED_NUL = b"\\u0000"


def decode(raw: bytes | msgspec.Raw) -> PostedEvent:
    """The event in `raw` (one JSON object, UTF-8). Raises EventInvalid that names the first faulty field."""
    try:
        event = codec.decode(raw)
    except EventInvalid as error:
        raise EventInvalid(error.field, error.reason[:_REASON_LENGTH]) from None
    if _ESCAPED_NUL in memoryview(raw).tobytes():
        _require_no_nul("", msgspec.to_builtins(event))
    return event


def messages(events: Iterable[PostedEvent], privacy: Privacy) -> list[Message]:
    """What is published for `events`: as `privacy` lets them travel, keyed by their tickets."""
    return [message for event in events for message in _messages(pseudonymise(event, privacy))]


def _messages(event: PostedEvent) -> Iterable[Message]:
    key, value = codec.key(event.source, event.subject).encode(), codec.encode(event)
    return (Message(topic, key, value) for topic in topics_of(event))


def _require_no_nul(path: str, value: Any) -> None:
    if isinstance(value, str) and "\0" in value:
        raise EventInvalid(path, "contains a NUL character")
    if isinstance(value, dict):
        for name, part in value.items():
            _require_no_nul(f"{path}.{name}" if path else name, part)
    if isinstance(value, list | tuple):
        for index, part in enumerate(value):
            _require_no_nul(f"{path}[{index}]", part)
