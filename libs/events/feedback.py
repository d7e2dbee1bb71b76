"""The events of the customer's voice, as types; see `events.types`."""

from typing import Annotated, Literal, TypeAlias

from msgspec import UNSET, Meta, Struct

from events.envelope import Event, Id, Label, Nothing, Text, Unset

# It becomes part of a measure's name: neither a dot nor a dollar may be in it.
Question: TypeAlias = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,49}$(?!\n)")]


class Rating(Struct, kw_only=True, frozen=True):
    """An answer to a survey, ours or another tool's.

    `survey` says how it is scored; `question` names a question set of our own, whose answers are counted
    apart.
    """

    survey: Literal["csat", "nps", "ces"]
    score: Annotated[int, Meta(ge=0, le=100)]
    scale: Annotated[int, Meta(ge=2, le=100)] | Unset = UNSET
    comment: Text | Unset | None = UNSET
    locale: Label | Unset | None = UNSET
    ticket: Id | Unset | None = UNSET
    customer: Label | Unset | None = UNSET
    team: Label | Unset | None = UNSET
    agent: Label | Unset | None = UNSET
    question: Question | Unset | None = UNSET


class Mention(Struct, kw_only=True, frozen=True):
    """Unasked-for feedback: a social post, a review, a remark."""

    text: Text
    channel: Label
    author: Label | Unset | None = UNSET
    url: Annotated[str, Meta(max_length=2048)] | Unset | None = UNSET
    customer: Label | Unset | None = UNSET
    locale: Label | Unset | None = UNSET


class Exit(Struct, kw_only=True, frozen=True):
    """A customer left."""

    customer: Label
    reason: Label | Unset | None = UNSET
    comment: Text | Unset | None = UNSET


class Act(Struct, kw_only=True, frozen=True):
    """Engagement: an order, a visit, a newsletter sent or opened, …"""

    customer: Label
    kind: Label
    amount: float | Unset | None = UNSET
    currency: Label | Unset | None = UNSET
    pages: Annotated[int, Meta(ge=0)] | Unset | None = UNSET


class Report(Struct, kw_only=True, frozen=True):
    """The front line's own view."""

    team: Label | Unset | None = UNSET
    agent: Label | Unset | None = UNSET
    score: int | Unset | None = UNSET
    comment: Text | Unset | None = UNSET


class FeedbackRated(Event, tag="feedback.rated", kw_only=True, frozen=True):
    """A survey was answered."""

    data: Rating


class FeedbackMentioned(Event, tag="feedback.mentioned", kw_only=True, frozen=True):
    """Somebody spoke about us."""

    data: Mention


class FeedbackExited(Event, tag="feedback.exited", kw_only=True, frozen=True):
    """A customer left."""

    data: Exit


class CustomerActed(Event, tag="customer.acted", kw_only=True, frozen=True):
    """A customer did something."""

    data: Act


class CustomerErased(Event, tag="customer.erased", kw_only=True, frozen=True):
    """Every service forgets this customer; `subject` is the keyed hash."""

    data: Nothing = Nothing()


class EmployeeReported(Event, tag="employee.reported", kw_only=True, frozen=True):
    """An employee's own view."""

    data: Report


FeedbackEvent: TypeAlias = (
    FeedbackRated | FeedbackMentioned | FeedbackExited | CustomerActed | CustomerErased | EmployeeReported
)
