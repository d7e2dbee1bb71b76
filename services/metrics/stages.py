"""Which stages the promises of a ticket have reached that nobody has been told of yet (pure)."""

from collections.abc import Iterator
from typing import Final

from alerts.alert import Alert, Stage
from events.instants import LAST_MOMENT
from metrics.seen import Seen
from metrics.sla.clock import Clock

DAY: Final = 86_400_000_000
TOO_LATE: Final = 7 * DAY
"""A breach that is noticed so long after its time (an import of history) is a figure, no alert."""


def news(seen: Seen, told: list[str]) -> tuple[list[Alert], list[str]]:
    """The alerts that are due now, and all that will have been told then.

    `told` are the marks of the stages that people know of. A breach that comes back after it was taken back
    is handed over again: who heard of the first is not told twice (the outbox knows), but a first that was
    withdrawn before anybody heard of it must not be lost.
    """
    if seen.state.excluded is not None:
        return [], told
    alerts: list[Alert] = []
    marks = list(told)
    for clock in seen.clocks:
        for stage in _stages(clock, seen.as_of, marks):
            if stage == "breached":
                marks = [m for m in marks if m not in (_mark(clock, "breached"), _mark(clock, "recovered"))]
            marks.append(_mark(clock, stage))
            alerts.append(_alert(seen, clock, stage))
    return alerts, marks


def wake(seen: Seen) -> int | None:
    """When (µs) the clocks of the ticket change by themselves next; None while nothing can."""
    if seen.state.excluded is not None:
        return None
    moments = [
        moment
        for clock in seen.clocks
        if clock.state == "active" and clock.due_at is not None
        # At its due time a promise can still be kept: it is broken right after.
        for moment in (clock.warn_at, clock.due_at + 1)
        if moment is not None and moment > seen.as_of
    ]
    return min(moments, default=None)


def urgency(seen: Seen) -> int | None:
    """What orders tickets by how soon a running promise is due, or was: µs since the epoch. Paused promises
    come after all others, by what is left of them. None where nobody has to do anything: the ticket is
    resolved, left all counts, or is promised nothing."""
    if seen.state.excluded is not None or seen.state.resolved:
        return None
    return min((_urgency(clock) for clock in seen.clocks if clock.fulfilled_at is None), default=None)


def _urgency(clock: Clock) -> int:
    if clock.due_at is not None and clock.state in ("active", "breached"):
        return clock.due_at
    return LAST_MOMENT + max(0, clock.allowed - clock.elapsed)


def _stages(clock: Clock, as_of: int, told: list[str]) -> Iterator[Stage]:
    if clock.state == "breached" and clock.breached_at is not None:
        unheard = _mark(clock, "breached") not in told or _mark(clock, "recovered") in told
        if unheard and as_of - clock.breached_at <= TOO_LATE:
            yield "breached"
    elif clock.state in ("met", "active", "paused") and _mark(clock, "breached") in told:
        if _mark(clock, "recovered") not in told:
            yield "recovered"
    elif (
        clock.state == "active"
        and clock.warn_at is not None
        and clock.warn_at <= as_of
        and _mark(clock, "due_soon") not in told
    ):
        yield "due_soon"


def _mark(clock: Clock, stage: Stage) -> str:
    return f"{clock.target}/{clock.cycle}/{stage}"


def _alert(seen: Seen, clock: Clock, stage: Stage) -> Alert:
    state = seen.state
    return Alert(
        source=state.source,
        ticket=state.subject,
        target=clock.target,
        cycle=clock.cycle,
        stage=stage,
        policy=clock.policy,
        team=state.team,
        priority=state.priority,
        channel=state.channel,
        assignee=state.assignee,
        url=state.url,
        started_at=clock.started_at,
        due_at=clock.started_at if clock.due_at is None else clock.due_at,
        noticed_at=seen.as_of,
        waiting_since=state.exchanges[-1].customer if state.unanswered else None,
        elapsed=clock.elapsed,
        allowed=clock.allowed,
    )
