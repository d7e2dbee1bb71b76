"""What happens to a delivery: greeted, proven, read, made durable, or refused; noted either way."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import Final, TypeAlias

import structlog

from events.types import PostedEvent
from ingest.canonical import messages
from ingest.health import Configured, Watch
from ingest.intake import (
    AdapterFailed,
    Sender,
    Senders,
    greeting,
    posted_events,
    require_known,
    webhook_events,
)
from ingest.privacy import Privacy
from ingest.reconcile.tools import HISTORIES
from ingest.refusals import REASONS, REFUSALS, REFUSED, not_allowed, plainly
from ingest.request_id import request_id_of
from ingest.schemes import Delivery
from ingest.sources.contract import PayloadInvalid, Reading
from ingest.sources.telling import KNOWN
from ingest.telemetry import Telemetry
from runtime.logs import Sparing, frames
from streams.publisher import Message

Publish: TypeAlias = Callable[[Sequence[Message]], None]
Keep: TypeAlias = Callable[[Sender, Delivery, Exception], None]


@dataclass(frozen=True, slots=True)
class Behind:
    """What is behind the door.

    `publish` returns once all messages are durable, or raises Unavailable; `keep` takes a delivery that
    proved its origin and couldn't be read, and why; `privacy` says what of a customer may travel.
    """

    publish: Publish
    keep: Keep
    privacy: Privacy


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered: an HTTP status, a body and its type, and the id under which the log knows it ("":
    none)."""

    status: int
    body: bytes
    content_type: str
    request_id: str = ""


_log = structlog.get_logger(__name__)
TOLD_A_SECOND: Final = 50
"""Deliveries that the log tells of at its usual level; more of them cost more than they are worth."""
_MOST_IDS: Final = 20
_LOOKED: Final = Answer(200, b"", "text/plain; charset=utf-8")


class Door:
    """Takes deliveries of `senders`. For many threads."""

    def __init__(self, senders: Senders, behind: Behind) -> None:
        self._senders = senders
        self._behind = behind
        self._sparing = Sparing(TOLD_A_SECOND)
        self.telemetry = Telemetry(tuple(senders), REASONS)
        self.watch = Watch({name: _configured(sender) for name, sender in senders.items()})

    def webhook(self, source: str, given: Callable[[], Delivery]) -> Answer:
        """The answer to a request at the webhook of `source`; `given` reads it. Raises Problem."""
        return self._guarded(source, lambda: self._delivered(source, given))

    def events(self, given: Callable[[], Delivery]) -> Answer:
        """The answer to a request with events of any sources; `given` reads it. Raises Problem."""
        return self._guarded(None, lambda: self._posted(given()))

    def _guarded(self, source: str | None, work: Callable[[], Answer]) -> Answer:
        try:
            return work()
        except REFUSED as error:
            refusal = REFUSALS[type(error)]
            self.telemetry.rejected(source, refusal.reason)
            if source is not None:
                self.watch.refused(source, refusal.reason, plainly(error), datetime.now(UTC))
            raise refusal.problem(error) from None

    def _delivered(self, source: str, given: Callable[[], Delivery]) -> Answer:
        sender, delivery = require_known(self._senders, source), given()
        said = greeting(sender, delivery)
        if said is not None:
            return Answer(200, said.encode(), "text/plain; charset=utf-8")
        if delivery.method == "HEAD":
            return _LOOKED
        if delivery.method != "POST":
            raise not_allowed(("POST",))
        reading = self._read_or_keep(sender, delivery)
        posted = self._take(reading, delivery.received_at)
        self._note(source, reading, delivery.received_at)
        return self._accepted(source, delivery, reading, posted)

    def _posted(self, delivery: Delivery) -> Answer:
        reading = Reading(posted_events(self._senders, delivery))
        posted = self._take(reading, delivery.received_at)
        sources = sorted({event.source for event in reading.events})
        for source in sources:
            own = Reading([event for event in reading.events if event.source == source])
            self._note(source, own, delivery.received_at)
        return self._accepted(", ".join(sources), delivery, reading, posted)

    def _accepted(
        self, source: str, delivery: Delivery, reading: Reading, posted: Sequence[Message]
    ) -> Answer:
        """The answer to what was `posted`; the log tells of it, so that a delivery can be followed from its
        id through its tickets to the worker's batch."""
        request_id = request_id_of(delivery.headers)
        left_out = self._sparing.admits(monotonic())
        (_log.debug if left_out is None else _log.info)(
            "delivery_accepted",
            source=source,
            delivery=request_id,
            events=[event.id for event in reading.events[:_MOST_IDS]],
            tickets=list({message.key.decode(): None for message in posted[:_MOST_IDS]}),
            count=len(reading.events),
            left_out=left_out or 0,
        )
        body = b'{"accepted":%d}' % len(reading.events)
        return Answer(202, body, "application/json", request_id)

    def _note(self, source: str, reading: Reading, received_at: datetime) -> None:
        self.telemetry.delivered(source, reading, received_at)
        self.watch.accepted(source, reading, received_at)

    def _take(self, reading: Reading, received_at: datetime) -> list[Message]:
        """What of `reading` was new, and is durable now."""
        started = monotonic()
        new = [event for event in reading.events if not self._is_repetition(event)]
        posted = messages(new, self._behind.privacy)
        self._behind.publish(posted)
        self.telemetry.accepted(reading, received_at, monotonic() - started)
        return posted

    def _is_repetition(self, event: PostedEvent) -> bool:
        """Whether `event` only says again since when a ticket exists, which every delivery about it does."""
        return event.id.startswith(KNOWN) and event in self.telemetry.recent

    def _read_or_keep(self, sender: Sender, delivery: Delivery) -> Reading:
        try:
            return webhook_events(sender, delivery)
        except (PayloadInvalid, AdapterFailed) as error:
            if fault := error.__cause__:
                kind = type(fault).__name__
                _log.error("adapter_failed", source=sender.origin.name, kind=kind, at=frames(fault))
            self._behind.keep(sender, delivery, error)
            raise


def _configured(sender: Sender) -> Configured:
    ends = tuple(secret.until for secret in sender.credentials.secrets)
    adapter = sender.origin.config.adapter
    return Configured(adapter, ends, fetchable=adapter in HISTORIES)
