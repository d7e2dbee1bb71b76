"""What is known about one ticket at one moment, as the API and `helpdesk.tickets` carry it.

Times are UTC, durations seconds. `calendar` counts every second, `business` only open hours;
`business` is null where the ticket has no calendar, and a duration is null until its end has happened.
"""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from events.types import Status

Seconds = int | float | None


class Duration(Struct, kw_only=True, frozen=True):
    """One span on both clocks."""

    calendar: Seconds = None
    business: Seconds = None


class Milestone(Struct, kw_only=True, frozen=True):
    """Something that happened once: when, and how long it took."""

    at: datetime
    calendar: Seconds = None
    business: Seconds = None


class FirstResponse(Struct, kw_only=True, frozen=True):
    """`human`: seconds from the hand-off by a bot, null where no bot handed over."""

    at: datetime
    calendar: Seconds = None
    business: Seconds = None
    human: Seconds = None


class StatusTimes(Struct, kw_only=True, frozen=True):
    """Time spent in each status that is not resolved."""

    new: Duration
    open: Duration
    pending: Duration
    on_hold: Duration


class Cycle(Struct, kw_only=True, frozen=True):
    """From creation or reopening to resolution."""

    opened_at: datetime
    resolved_at: datetime | None = None


class Exchange(Struct, kw_only=True, frozen=True):
    """From the oldest unanswered customer message to the next public agent comment."""

    customer_at: datetime
    agent_at: datetime | None = None
    calendar: Seconds = None
    business: Seconds = None


class Replies(Struct, kw_only=True, frozen=True):
    """Public comments by kind of author."""

    agent: int = 0
    customer: int = 0
    bot: int = 0


class SlaClock(Struct, kw_only=True, frozen=True):
    """How one promise fares: `target` for the `cycle`-th time, under the policy that applies.

    `elapsed` counts the clock's own seconds; `remaining` is what is left of the target, negative once it is
    breached. `due_at` is null while the clock is paused.
    """

    target: str
    cycle: int
    policy: str
    state: Literal["active", "paused", "met", "breached", "cancelled"]
    started_at: datetime
    due_at: datetime | None
    fulfilled_at: datetime | None
    breached_at: datetime | None
    elapsed: int | float
    remaining: int | float


class Facts(Struct, kw_only=True, frozen=True):
    """One ticket; `version` is the number of distinct events folded."""

    source: str
    id: str
    status: Status
    priority: str | None
    team: str | None
    assignee: str | None
    channel: str | None
    created_at: datetime
    as_of: datetime
    version: int
    first_response: FirstResponse | None
    acknowledgement: Milestone | None
    first_resolution: Milestone | None
    full_resolution: Milestone | None
    worked: Duration
    status_times: StatusTimes
    requester_wait: Duration
    agent_work: Duration
    cycles: list[Cycle]
    reopens: int
    exchanges: list[Exchange]
    replies: Replies
    one_touch: bool
    excluded: str | None
    sla: list[SlaClock]
    next_deadline: datetime | None


class TicketFacts(Facts, kw_only=True, frozen=True):
    """The facts as `helpdesk.tickets` carries them: with whom to ask how it went, and whom to credit.

    `requester` is a keyed hash, `contact` an address sealed for the feedback service; `credited` holds, for
    each of `cycles`, the agents who replied publicly in it and the assignee at its resolution; nobody while
    it is unresolved.
    """

    requester: str | None = None
    contact: str | None = None
    locale: str | None = None
    url: str | None = None
    tags: list[str] = []
    credited: list[list[str]] = []
