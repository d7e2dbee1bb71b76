"""An alert: one stage of one promise, or one change, told once."""

from typing import Literal

from msgspec import Struct

from runtime.shapes import prepared

Target = Literal["first_response", "next_response", "resolution", "update", "follow_up", "mood"]
"""What was promised: the targets of policies; that somebody takes up what a customer said (`follow_up`);
nothing but that what customers say stays as it was (`mood`)."""
Stage = Literal["due_soon", "breached", "recovered", "opened", "changed"]


@prepared
class Alert(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What people are told. Times µs since the epoch, durations µs.

    `waiting_since`: since when the oldest unanswered customer message waits; `noticed_at`: when the worker
    saw it, which may be later than `due_at`. `recovered` takes an alert of a breach back: a late event has
    shown that the promise was kept.

    `ticket` is empty where it is about none; `policy` then names the rule or the measure, `assignee` who has
    to act. `about` tells apart what source, ticket and cycle don't (the follow-up; measure and team). `note`
    says more to people: figures and ids, never what a customer wrote.
    """

    source: str
    ticket: str
    target: Target
    cycle: int
    stage: Stage
    policy: str
    team: str | None
    priority: str | None
    channel: str | None
    assignee: str | None
    url: str | None
    started_at: int
    due_at: int
    noticed_at: int
    waiting_since: int | None
    elapsed: int
    allowed: int
    about: str | None = None
    note: str | None = None

    @property
    def id(self) -> str:
        """The identity: never told twice."""
        name = f"{self.source}/{self.ticket}\0{self.target}\0{self.cycle}\0{self.stage}"
        return name if self.about is None else f"{name}\0{self.about}"
