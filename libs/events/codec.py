"""Events to and from their wire form: JSON, decoded and validated in one pass."""

import re
from datetime import UTC, datetime
from typing import Final, TypeVar

import msgspec

from events.envelope import Event
from events.facts import TicketFacts
from events.feedback import FeedbackEvent
from events.types import AnyEvent, DeskEvent, PostedEvent, TicketEvent, TicketMerged

_T = TypeVar("_T", bound=Event)

EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)

_PATH = re.compile(r" - at (?:`key` in )?`\$\.?([^`]*)`$")
_MISSING = re.compile(r"missing required field `([^`]+)`")

_posted: msgspec.json.Decoder[PostedEvent] = msgspec.json.Decoder(PostedEvent)
_ticket: msgspec.json.Decoder[TicketEvent] = msgspec.json.Decoder(TicketEvent)
_desk: msgspec.json.Decoder[DeskEvent] = msgspec.json.Decoder(DeskEvent)
_feedback: msgspec.json.Decoder[FeedbackEvent] = msgspec.json.Decoder(FeedbackEvent)
_facts: msgspec.json.Decoder[TicketFacts] = msgspec.json.Decoder(TicketFacts)
_encoder = msgspec.json.Encoder()


class EventInvalid(ValueError):
    """An event that breaks the contract. `field` is its path (`data.team`), "" for the whole body."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}" if field else reason)
        self.field = field
        self.reason = reason


def decode(raw: bytes | msgspec.Raw) -> PostedEvent:
    """The event that a sender posted in `raw` (one JSON object, UTF-8).

    Raises EventInvalid that names the first field which is missing or wrong.
    """
    return _sensible(_decode(_posted, raw))


def decode_ticket_event(raw: bytes) -> TicketEvent:
    """The event of a ticket in `raw`, in the form that ingest gave it. Raises EventInvalid."""
    return _decode(_ticket, raw)


def decode_desk_event(raw: bytes) -> DeskEvent:
    """The event in a message of `helpdesk.events`. Raises EventInvalid."""
    return _sensible(_decode(_desk, raw))


def decode_feedback_event(raw: bytes) -> FeedbackEvent:
    """The event in a message of `helpdesk.feedback`. Raises EventInvalid."""
    return _decode(_feedback, raw)


def decode_facts(raw: bytes) -> TicketFacts:
    """The facts in a message of `helpdesk.tickets`. Raises EventInvalid."""
    try:
        return _facts.decode(raw)
    except msgspec.ValidationError as error:
        raise _invalid(error) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise EventInvalid("", f"not JSON: {error}") from None


def _sensible(event: _T) -> _T:
    # A ticket that survives itself would tell itself of that for ever.
    if isinstance(event, TicketMerged) and event.data.into == event.subject:
        raise EventInvalid("data.into", "a ticket can't be merged into itself")
    return event


def _decode(decoder: msgspec.json.Decoder[_T], raw: bytes | msgspec.Raw) -> _T:
    try:
        event = decoder.decode(raw)
    except msgspec.ValidationError as error:
        raise _invalid(error) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise EventInvalid("", f"not JSON: {error}") from None
    except RecursionError:
        raise EventInvalid("", "nested too deeply") from None
    if not EARLIEST <= event.time < LATEST:
        raise EventInvalid("time", "expected a time between 1970 and 2200")
    return event


def _invalid(error: msgspec.ValidationError) -> EventInvalid:
    """The field that msgspec's sentence speaks of, and its reason."""
    message = str(error)
    path = _PATH.search(message)
    field = path.group(1) if path else ""
    if missing := _MISSING.search(message):
        field = f"{field}.{missing.group(1)}" if field else missing.group(1)
        return EventInvalid(field, "missing")
    return EventInvalid(field, message[: path.start()] if path else message)


def encode(event: AnyEvent) -> bytes:
    """The wire form of `event`; what was absent stays absent."""
    return _encoder.encode(event)


def key(source: str, subject: str) -> str:
    """The name of one ticket across services, and the Kafka key of its events."""
    return f"{source}/{subject}"
