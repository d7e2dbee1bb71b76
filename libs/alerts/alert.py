"""An alert: one stage of one promise, told once."""

from typing import Literal

from msgspec import Struct

Target = Literal["first_response", "next_response", "resolution", "update", "follow_up", "mood"]
"""What was promised: the targets of policies; that somebody takes up what a customer said (`follow_up`);
nothing but that what customers say stays as it was (`mood`)."""
Stage = Literal["due_soon", "breached", "recovered", "opened", "changed"]


class Alert(Struct, kw_only=True, frozen=True):
    """What people are told. Times µs since the epoch, durations µs.

    `waiting_since`: since when the oldest unanswered customer message waits; `noticed_at`: when the worker
    saw it, which may be later than `due_at`. `recovered` takes an alert of a breach back: a late event has
    shown that the promise was kept.
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

    @property
    def id(self) -> str:
        """The identity: never told twice."""
        return f"{self.source}/{self.ticket}\0{self.target}\0{self.cycle}\0{self.stage}"
