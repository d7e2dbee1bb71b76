"""What one delivery tells, put together: events with semantic identities, and the words nobody mapped.

An event's id says what happened, not which delivery told it, so that one act in several deliveries counts
once. What a delivery adds beyond that is part of the id too (a digest), so that an id never stands for two
contents: which one came first would else decide the numbers.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, TypeAlias

import msgspec
from msgspec import UNSET, UnsetType

from events.codec import EventInvalid
from events.types import AuthorKind, PostedEvent
from ingest.canonical import decode
from ingest.sources.contract import Fault, Origin, PayloadInvalid, Reading, Vocabulary
from ingest.sources.meaning import Meaning

Quality: TypeAlias = Literal["exact", "entity", "receipt"]
KNOWN: Final = "known:"
"""How the ids of `Telling.known` begin: nothing but repetition, delivery after delivery."""

Data: TypeAlias = Mapping[str, Any]

AT_ONCE: Final = timedelta(seconds=2)
"""What comes so soon after a creation is part of it: a customer's message then is the one that opened the
ticket."""

_LASTING: Final = frozenset(("outbound", "requester", "contact", "channel", "locale", "url"))
"""What a ticket has from its creation on."""


@dataclass(frozen=True, slots=True)
class When:
    """When something happened (UTC) and how well that is known: `exact`, `entity` (the ticket's last
    change), `receipt` (when we heard of it). `repeat` names the delivery where only that is known: a
    retry of it is the same event although it came later."""

    at: datetime
    quality: Quality = "exact"
    repeat: str = ""

    @property
    def name(self) -> str:
        """What of it belongs into an event's id."""
        return self.repeat or self.at.astimezone(UTC).isoformat()


def on_receipt(received_at: datetime, body: bytes, delivery_id: str | None = None) -> When:
    """The time of something whose delivery bears no time: that of the receipt.

    Repeats are recognised by the tool's `delivery_id`, else by the same body on the same day (UTC).
    """
    repeat = delivery_id or f"{received_at:%Y-%m-%d}.{hashlib.sha256(body).hexdigest()[:32]}"
    return When(received_at, "receipt", f"delivery {repeat}")


class Telling(Meaning):
    """Collects the events of one delivery of `origin` in the words of `vocabulary`."""

    def __init__(self, origin: Origin, vocabulary: Vocabulary) -> None:
        super().__init__(origin.config, vocabulary)
        self._origin = origin
        self._events: list[PostedEvent] = []

    def reading(self) -> Reading:
        """All that was told."""
        return Reading(self._events, self.unmapped_words)

    def created(self, subject: str, when: When, **fields: Any) -> None:
        """The ticket was created at `when` with `fields` (see `events.types.CreatedFields`)."""
        # A tool may write the moment in two ways (with and without fractions): two contents, two ids. When we
        # heard of it says nothing of it.
        moment = "" if when.quality == "receipt" else when.name
        name = f"created:{subject}:{moment}:{self._digest(fields)}"
        self._add("ticket.created", name, subject, when, fields)

    def known(self, subject: str, created_at: datetime) -> None:
        """The ticket exists since `created_at`; this delivery is about something later.

        Tickets older than the webhook, and those whose creation was lost, keep their true age by it.
        """
        when = When(created_at)
        # Sorts after `created:`, which may say `outbound`.
        self._add("ticket.created", f"{KNOWN}{subject}:{when.name}", subject, when, {})

    def snapshot(
        self, subject: str, created_at: datetime | None, when: When, *, opening: bool, **fields: Any
    ) -> None:
        """The ticket as it was at `when`, its last change; `opening` where this delivery told its creation.

        A tool that looks at the ticket when it sends, not when something happened, tells of the creation
        with a later state: that one counts from `when` on, so that no transition is invented.
        """
        if opening and (created_at is None or when.at - created_at <= AT_ONCE):
            self.created(subject, when if created_at is None else When(created_at), **fields)
            return
        if created_at is not None and opening:
            lasting = {name: value for name, value in fields.items() if name in _LASTING}
            self.created(subject, When(created_at), **lasting)
        elif created_at is not None:
            self.known(subject, created_at)
        self.changed(subject, when, **{name: value for name, value in fields.items() if name != "outbound"})

    def changed(self, subject: str, when: When, key: str = "", **fields: Any) -> None:
        """These `fields` (see `events.types.Fields`) have these values from `when` on.

        `key` names the change where the tool does; else its time does. Nothing is told where all fields
        are UNSET.
        """
        if any(value is not UNSET for value in fields.values()):
            name = f"changed:{subject}:{key or when.name}:{self._digest(fields)}"
            self._add("ticket.changed", name, subject, when, fields)

    def commented(
        self,
        subject: str,
        when: When,
        *,
        comment: str | None,
        by: AuthorKind,
        author: str | None,
        public: bool,
    ) -> None:
        """Somebody wrote. `comment` is the message's id: edits and repeats of it are the same event.

        Agents bear their configured name; an agent that the source lists as a bot is one. Customers aren't
        looked up: tools number them on their own.
        """
        if by == "agent" and author in self._origin.config.bots:
            by = "bot"
        name = author if by == "customer" or author is None else self._agent(author)
        data = {
            "author": {"kind": by, "id": name},
            "public": public,
            "comment_id": UNSET if comment is None else comment,
        }
        identity = comment if comment is not None else f"{when.name}:{by}"
        self._add("ticket.commented", f"comment:{subject}:{identity}", subject, when, data)

    def handed_off(self, subject: str, when: When, to: str | UnsetType = UNSET) -> None:
        """A bot handed the ticket over to people."""
        self._add("ticket.handed_off", f"handed_off:{subject}:{when.name}", subject, when, {"to": to})

    def merged(self, subject: str, when: When, into: str) -> None:
        """The ticket went into another one."""
        self._add("ticket.merged", f"merged:{subject}:{into}:{when.name}", subject, when, {"into": into})

    def deleted(self, subject: str, when: When, reason: Literal["deleted", "spam"] = "deleted") -> None:
        """The ticket was deleted."""
        name = f"{reason}:{subject}:{when.name}"
        self._add("ticket.deleted", name, subject, when, {"reason": reason})

    def undeleted(self, subject: str, when: When) -> None:
        """The ticket came back."""
        self._add("ticket.undeleted", f"undeleted:{subject}:{when.name}", subject, when, {})

    def rated(self, subject: str, when: When, key: str, **rating: Any) -> None:
        """A survey was answered (see `events.feedback.Rating`); `key` is the answer's id in the tool."""
        self._add("feedback.rated", f"rated:{key}:{self._digest(rating)}", subject, when, rating)

    def mentioned(self, subject: str, when: When, key: str, **mention: Any) -> None:
        """Somebody spoke of us (see `events.feedback.Mention`); `key` is the remark's id in the tool."""
        self._add("feedback.mentioned", f"mentioned:{key}:{self._digest(mention)}", subject, when, mention)

    def exited(self, subject: str, when: When, key: str, **leaving: Any) -> None:
        """A customer left (see `events.feedback.Exit`); `key` is what the tool calls their saying so."""
        self._add("feedback.exited", f"exited:{key}:{self._digest(leaving)}", subject, when, leaving)

    def _digest(self, data: Data) -> str:
        """A keyed digest: requesters' ids are in the data, and could be guessed from a plain one."""
        said = {name: value for name, value in data.items() if value is not UNSET}
        encoded = msgspec.json.encode(said, order="deterministic")
        return hashlib.blake2b(encoded, key=self._origin.key[:64], digest_size=8).hexdigest()

    def _add(self, kind: str, name: str, subject: str, when: When, data: Data) -> None:
        event = {
            "specversion": "1.0",
            "id": name,
            "source": self._origin.name,
            "type": kind,
            "subject": subject,
            "time": when.at,
            "timequality": when.quality,
            "data": {field: value for field, value in data.items() if value is not UNSET},
        }
        self._events.append(_validated(event))


def _validated(event: dict[str, Any]) -> PostedEvent:
    try:
        return decode(msgspec.json.encode(event))
    except EventInvalid as error:
        raise PayloadInvalid(
            Fault(error.field, f"{error.reason} (in the {event['type']} made of it)")
        ) from None
