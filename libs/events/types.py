"""Every event of the wire contract, as a type.

An event is a CloudEvents 1.0 JSON object; `type` chooses the class. Absent fields are `UNSET`
("nothing was said about it"), `None` says "empty now" (nobody assigned). Decoding is one pass:
what these types let through is valid but for the rules in `codec.decode`.
"""

from typing import Annotated, Final, Literal, TypeAlias

from msgspec import UNSET, Meta, Struct

from events.envelope import Event, Id, Instant, Label, Nothing, Text, Unset
from events.feedback import CustomerErased, FeedbackEvent

Status: TypeAlias = Literal["new", "open", "pending", "on_hold", "resolved", "closed"]
Priority: TypeAlias = Literal["low", "normal", "high", "urgent"]
RESOLVED: Final[frozenset[str]] = frozenset(("resolved", "closed"))
"""The statuses in which nobody works on a ticket any more."""

AuthorKind: TypeAlias = Literal["agent", "customer", "bot"]


class Author(Struct, kw_only=True, frozen=True):
    """Who wrote a comment."""

    kind: AuthorKind
    id: Label | None = None


class Fields(Struct, kw_only=True, frozen=True):
    """A ticket's fields as a snapshot or a change states them."""

    status: Status | Unset = UNSET
    priority: Priority | Unset | None = UNSET
    team: Label | Unset | None = UNSET
    assignee: Label | Unset | None = UNSET
    channel: Label | Unset | None = UNSET
    category: Label | Unset | None = UNSET
    tags: tuple[Label, ...] | Unset | None = UNSET
    requester: Label | Unset | None = UNSET
    contact: Text | Unset | None = UNSET
    locale: Label | Unset | None = UNSET
    url: Annotated[str, Meta(max_length=2048)] | Unset | None = UNSET


class CreatedFields(Fields, kw_only=True, frozen=True):
    """`outbound`: an agent opened the ticket."""

    outbound: bool = False


class Comment(Struct, kw_only=True, frozen=True):
    """A message; its text is not part of it."""

    author: Author
    public: bool = True
    comment_id: Id | Unset = UNSET


class HandOff(Struct, kw_only=True, frozen=True):
    """`to`: the team or agent that takes over from a bot."""

    to: Label | Unset = UNSET


class Merge(Struct, kw_only=True, frozen=True):
    """`into`: the subject of the surviving ticket in the same source."""

    into: Id


class Absorption(Struct, kw_only=True, frozen=True):
    """What a merged ticket leaves to its survivor.

    `waiting_since`: the oldest unanswered customer message that moves, None when none does (any more);
    `revision` orders restatements of the same absorption: the highest counts.
    """

    merged: Id
    revision: int
    waiting_since: Instant | None = None


class Deletion(Struct, kw_only=True, frozen=True):
    """Why a ticket was deleted."""

    reason: Literal["deleted", "spam"] = "deleted"


class TicketCreated(Event, tag="ticket.created", kw_only=True, frozen=True):
    """The ticket exists from `time`."""

    data: CreatedFields = CreatedFields()


class TicketChanged(Event, tag="ticket.changed", kw_only=True, frozen=True):
    """These fields have these values from `time` on; equal values are no transition."""

    data: Fields


class TicketCommented(Event, tag="ticket.commented", kw_only=True, frozen=True):
    """Somebody wrote."""

    data: Comment


class TicketHandedOff(Event, tag="ticket.handed_off", kw_only=True, frozen=True):
    """A bot hands over to people."""

    data: HandOff = HandOff()


class TicketMerged(Event, tag="ticket.merged", kw_only=True, frozen=True):
    """Leaves all counts; its oldest unanswered customer message moves to the survivor."""

    data: Merge


class TicketAbsorbed(Event, tag="ticket.absorbed", kw_only=True, frozen=True):
    """The survivor's side of a merge, at the time of the merge; published by the metrics worker alone."""

    data: Absorption


class TicketDeleted(Event, tag="ticket.deleted", kw_only=True, frozen=True):
    """Leaves all counts."""

    data: Deletion = Deletion()


class TicketUndeleted(Event, tag="ticket.undeleted", kw_only=True, frozen=True):
    """Comes back, from a merge too."""

    data: Nothing = Nothing()


PostedTicketEvent: TypeAlias = (
    TicketCreated
    | TicketChanged
    | TicketCommented
    | TicketHandedOff
    | TicketMerged
    | TicketDeleted
    | TicketUndeleted
)
TicketEvent: TypeAlias = PostedTicketEvent | TicketAbsorbed
DeskEvent: TypeAlias = TicketEvent | CustomerErased
"""What `helpdesk.events` carries."""
PostedEvent: TypeAlias = PostedTicketEvent | FeedbackEvent
AnyEvent: TypeAlias = TicketEvent | FeedbackEvent
