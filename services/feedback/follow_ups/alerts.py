"""Which stages of a case's follow-ups people have to be told of (pure)."""

from msgspec.structs import replace

from alerts.alert import Alert, Stage
from feedback.cases.case import Answer, Case, FollowUp, Voice
from feedback.follow_ups.about import channel, said, team, url
from feedback.follow_ups.rules import HABIT, LATE


def told(case: Case, now: int) -> tuple[list[Alert], Case]:
    """The alerts that are due at `now` (µs), and `case`, which remembers that they were told.

    A follow-up that is overdue when it is first seen is told once, as that. One that is overdue by more than
    `LATE` is told no more, and marked like the others: nothing about it falls due again.
    """
    alerts: list[Alert] = []
    follow_ups = []
    for follow_up in case.follow_ups:
        stage = _stage(follow_up, now)
        if stage is None:
            follow_ups.append(follow_up)
            continue
        follow_ups.append(replace(follow_up, told=(*follow_up.told, stage)))
        if now - follow_up.due_at <= LATE and not (stage == "opened" and HABIT in follow_up.told):
            alerts.append(_alert(case, follow_up, stage, now))
    return alerts, replace(case, follow_ups=tuple(follow_ups))


def _stage(follow_up: FollowUp, now: int) -> Stage | None:
    """The stage that `follow_up` has reached and nobody has dealt with."""
    if follow_up.state != "open" or "breached" in follow_up.told:
        return None
    if follow_up.due_at <= now:
        return "breached"
    return None if "opened" in follow_up.told else "opened"


def _alert(case: Case, follow_up: FollowUp, stage: Stage, now: int) -> Alert:
    thing = said(case, follow_up)
    return Alert(
        source=case.source,
        ticket="" if case.ticket is None else case.subject,
        target="follow_up",
        cycle=1,
        stage=stage,
        policy=follow_up.rule,
        team=team(case, thing),
        priority=None,
        channel=channel(case, thing),
        assignee=follow_up.owner,
        url=url(case, thing),
        started_at=follow_up.opened_at,
        due_at=follow_up.due_at,
        noticed_at=now,
        waiting_since=None,
        elapsed=max(0, now - follow_up.opened_at),
        allowed=follow_up.due_at - follow_up.opened_at,
        about=follow_up.id,
        note=_note(thing),
    )


def _note(thing: Answer | Voice | None) -> str | None:
    if isinstance(thing, Answer):
        return f"{thing.name} score {thing.latest.score} of {thing.scale}"
    if thing is None or thing.reading is None:
        return None
    return f"{thing.kind} read as {thing.reading.label}, severity {thing.reading.severity}"
