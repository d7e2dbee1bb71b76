"""The shape of an explanation: which events made a ticket's facts what they are."""

from datetime import datetime

from msgspec import Struct

from events.facts import Seconds
from events.types import Status


class Cited(Struct, kw_only=True, frozen=True):
    """An event of the ticket; `time` is its own, also where it counts later."""

    id: str
    type: str
    time: datetime


class PassedOver(Cited, kw_only=True, frozen=True):
    """An event that a clock did not heed, and why."""

    reason: str


class Clock(Struct, kw_only=True, rename={"since": "from", "until": "to"}):
    """From when to when, which events started and ended it, and which it passed over in between.

    Null where it has not started or not ended.
    """

    since: datetime | None = None
    until: datetime | None = None
    started_by: Cited | None = None
    ended_by: Cited | None = None
    passed_over: list[PassedOver] = []


class Creation(Struct, kw_only=True, frozen=True):
    """Which event says since when the ticket exists: its `ticket.created`, else the earliest."""

    at: datetime
    by: Cited


class Interval(Struct, kw_only=True, frozen=True, rename={"since": "from", "until": "to"}):
    """A time in one status and the facts that it counts in.

    `business`, `policy` and `calendar_version` are null where no calendar and no policy applied.
    """

    since: datetime
    until: datetime
    status: Status
    counts_in: list[str]
    calendar: Seconds
    business: Seconds = None
    policy: str | None = None
    calendar_version: str | None = None


class Explanation(Struct, kw_only=True):
    """How the facts of one ticket came about.

    `cycles` and `exchanges` are those of the facts, in their order; `outside_exchanges` are answers that
    ended none. The intervals cover the time from the creation to the moment of the facts.
    """

    created_at: Creation
    first_response: Clock
    acknowledgement: Clock
    cycles: list[Clock]
    exchanges: list[Clock]
    outside_exchanges: list[PassedOver]
    handed_off_by: Cited | None
    excluded_by: Cited | None
    intervals: list[Interval]
