"""The case: what customers were asked and said about one ticket, or beside any ticket.

Everything that is counted is counted from cases. Times are µs since the epoch (UTC). A case is stored as it
stands here; it is a value: what changes makes a new one.
"""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from events.codec import key
from feedback.scores.scales import Survey as Kind
from feedback.sentiment.reading import Reading


class Cycle(Struct, array_like=True, frozen=True):
    """From creation or a reopening to the resolution, and the agents credited for it."""

    opened: int
    resolved: int | None = None
    agents: tuple[str, ...] = ()


class Ticket(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What of a ticket's facts matters here. `version` orders them; `requester` is a keyed hash; `contact`
    is sealed, and kept only while somebody may still have to be written to."""

    version: int
    created_at: int
    team: str | None = None
    channel: str | None = None
    assignee: str | None = None
    requester: str | None = None
    contact: str | None = None
    locale: str | None = None
    url: str | None = None
    tags: tuple[str, ...] = ()
    excluded: str | None = None
    cycles: tuple[Cycle, ...] = ()


SurveyState = Literal["planned", "ready", "sent", "withheld", "closed"]
"""planned: waits for `due_at`. ready: its letter is in the outbox. sent: it reached the customer. withheld:
never sent, for `reason`. closed: it was sent and has expired."""

Reason = Literal[
    "reopened",
    "merged",
    "deleted",
    "spam",
    "cooldown",
    "opted_out",
    "no_address",
    "undeliverable",
    "too_late",
    "not_configured",
    "erased",
]
"""Why a survey was not sent."""


class Survey(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """A survey about the resolution at `resolved_at`.

    `id` is random and the answer's id too; `name` that of its questionnaire; `people` the pseudonyms of who
    is asked (the requester's, the address's). `uncertain`: tries to deliver it of which nobody knows
    whether they arrived. `counted`: the durable totals have it.
    """

    id: str
    name: str
    resolved_at: int
    due_at: int
    state: SurveyState = "planned"
    reason: Reason | None = None
    people: tuple[str, ...] = ()
    locale: str | None = None
    decided_at: int | None = None
    sent_at: int | None = None
    remind_at: int | None = None
    reminded: bool = False
    expires_at: int | None = None
    uncertain: int = 0
    counted: bool = False


class Revision(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """An answer as it was given, or edited, at `at`. `event` is the id of the event that told it."""

    at: int
    event: str
    score: int
    comment: str | None = None
    locale: str | None = None
    reading: Reading | None = None


class Answer(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """An answer with its history, the oldest revision first: it counts at the time of the first with the
    score of the last. `name`: the questionnaire, which is `survey` itself unless the question set is an own
    one. `team` and `agent` are what the answer itself says, for where no ticket is known."""

    id: str
    survey: Kind
    name: str
    scale: int
    revisions: tuple[Revision, ...]
    customer: str | None = None
    team: str | None = None
    agent: str | None = None
    counted: bool = False

    @property
    def at(self) -> int:
        """When it was first given."""
        return self.revisions[0].at

    @property
    def latest(self) -> Revision:
        """How it stands."""
        return self.revisions[-1]


class Voice(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What nobody asked for: a mention, a customer's exit, an employee's report. `event` is the id of the
    event that told it; `channel`: where a mention was made; `score`: an employee's own."""

    id: str
    kind: Literal["mention", "exit", "report"]
    at: int
    event: str = ""
    text: str | None = None
    channel: str | None = None
    reason: str | None = None
    customer: str | None = None
    team: str | None = None
    url: str | None = None
    score: int | None = None
    locale: str | None = None
    reading: Reading | None = None
    counted: bool = False


class Note(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What somebody recorded about a follow-up; `owner`: whom they handed it to."""

    at: int
    by: str
    contacted: bool = False
    outcome: str | None = None
    owner: str | None = None


class FollowUp(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Somebody has to get in touch about the answer or voice `about`, until `due_at`.

    `told`: the stages of which people were alerted. withdrawn: the customer changed the answer before
    anybody acted."""

    id: str
    rule: Literal["detractor", "mention"]
    about: str
    owner: str | None
    opened_at: int
    due_at: int
    state: Literal["open", "contacted", "withdrawn"] = "open"
    notes: tuple[Note, ...] = ()
    told: tuple[str, ...] = ()


class Case(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What customers were asked and said about the ticket `subject` of `source` (or under another subject of
    that source, then `ticket` is None). `owner` names the partition whose worker does what falls due;
    `forgotten_until` (µs): what its customer said up to then is forgotten, also what arrives late."""

    source: str
    subject: str
    owner: str
    ticket: Ticket | None = None
    surveys: tuple[Survey, ...] = ()
    answers: tuple[Answer, ...] = ()
    voices: tuple[Voice, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()
    forgotten_until: int = 0

    @property
    def key(self) -> str:
        """Its name: that of its ticket."""
        return key(self.source, self.subject)

    @property
    def excluded(self) -> bool:
        """Whether its ticket has left all counts, and everything about it with it."""
        return self.ticket is not None and self.ticket.excluded is not None

    def answer(self, answer_id: str) -> Answer | None:
        """The answer `answer_id`, if there is one."""
        return next((one for one in self.answers if one.id == answer_id), None)

    def people(self) -> frozenset[str]:
        """The pseudonyms of everybody whom it is about."""
        return frozenset(self._people())

    def _people(self) -> Iterator[str]:
        if self.ticket is not None and self.ticket.requester is not None:
            yield self.ticket.requester
        for survey in self.surveys:
            yield from survey.people
        customers = (*(one.customer for one in self.answers), *(one.customer for one in self.voices))
        yield from (customer for customer in customers if customer is not None)
