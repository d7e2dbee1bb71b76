"""What the fold remembers of a ticket between two events.

All times are microseconds since the epoch (UTC), all durations microseconds. The state is stored as JSON
with the ticket, so that appending an event needs nothing but this.
"""

from typing import Final

from msgspec import Struct, field

from events.types import RESOLVED, Status
from metrics.sla.clock import Clock

QUARTER: Final = 900_000_000
"""Customer messages are remembered per quarter of an hour: every bucket width is a multiple of it."""

Key = tuple[int, int, str]
"""The place of an event in its ticket: time, rank of its kind, id. See `order.place`."""


class Cycle(Struct, array_like=True):
    """From creation or a reopening to the resolution, both included.

    `agents`: who replied publicly in it, each once, in order; `assignee`: whose ticket it was as it was
    resolved.
    """

    opened: int
    resolved: int | None = None
    agents: list[str] = []
    assignee: str | None = None

    @property
    def credited(self) -> list[str]:
        """Whom its outcome is credited to: all who replied in it, and the assignee; nobody before its end."""
        if self.resolved is None:
            return []
        return list(dict.fromkeys(name for name in (*self.agents, self.assignee) if name is not None))


class Exchange(Struct, array_like=True):
    """From the oldest unanswered customer message to the next public agent comment, and who answered."""

    customer: int
    answered: int | None = None
    agent: str | None = None


class Merger(Struct, array_like=True):
    """This ticket went into another one at `at`; `waiting` is the unanswered message that moved with it."""

    into: str
    at: int
    waiting: int | None = None


class StatusTimes(Struct):
    """Completed time per status that is not resolved."""

    new: int = 0
    open: int = 0
    pending: int = 0
    on_hold: int = 0


class State(Struct, kw_only=True, omit_defaults=True):
    """`since`: when the present status began. `response_from`: when the first-response clock started,
    None while it has not (an outbound ticket that no customer has written to). `statuses` and `promises`:
    since when the ticket has had which status and fallen under which policy (its key), oldest first;
    `clocks`: those that something has fulfilled; `updated_at`: when the present update clock started, which
    is when an agent last replied, and `repliers` who did so at that moment; `excluded_at`: since when the
    ticket has been out of all counts, whatever reasons joined the first; `customers`: whoever was its
    requester or wrote to it as a customer, by their keyed hashes, each once."""

    source: str
    subject: str
    created_at: int
    since: int
    last: Key
    version: int = 0
    created_seen: bool = False
    outbound: bool = False
    excluded: str | None = None
    excluded_at: int | None = None

    status: Status = "new"
    priority: str | None = None
    team: str | None = None
    assignee: str | None = None
    channel: str | None = None
    category: str | None = None
    tags: tuple[str, ...] | None = None
    requester: str | None = None
    contact: str | None = None
    locale: str | None = None
    url: str | None = None

    statuses: list[tuple[int, Status]] = []
    promises: list[tuple[int, str | None]] = []
    clocks: list[Clock] = []
    updated_at: int = 0
    repliers: list[str] = []

    times: StatusTimes = field(default_factory=StatusTimes)
    cycles: list[Cycle] = []
    exchanges: list[Exchange] = []
    response_from: int | None = None
    responded_at: int | None = None
    responder: str | None = None
    handed_off_at: int | None = None
    acknowledged_at: int | None = None
    agent_replies: int = 0
    customer_replies: int = 0
    bot_replies: int = 0
    messages: dict[int, int] = {}
    mergers: list[Merger] = []
    customers: list[str] = []

    @property
    def resolved(self) -> bool:
        """Whether the ticket is resolved now."""
        return self.status in RESOLVED

    @property
    def first_response(self) -> tuple[int, int] | None:
        """From when to when the first response took: from the creation (outbound: from the first customer
        message) to the first public agent comment after it."""
        if self.responded_at is None or self.response_from is None:
            return None
        return self.response_from, self.responded_at

    @property
    def unanswered(self) -> bool:
        """Whether a customer message waits for a public agent comment."""
        return bool(self.exchanges) and self.exchanges[-1].answered is None
