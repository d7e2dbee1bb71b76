"""What people read: a group of alerts as a subject and plain text (pure).

Plain text alone: every service takes it and makes links of the addresses in it, while each reads Markdown
its own way, and a ticket's id or team could then say more than its letters.
"""

from collections import Counter
from typing import Final, NamedTuple

from alerts.alert import Alert, Stage
from alerts.group import Group
from events.instants import LAST_MOMENT, SECOND, moment

_LONGEST: Final = 200
_UNITS: Final = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))
_WORDS: Final[dict[Stage, str]] = {
    "breached": "broken",
    "due_soon": "due soon",
    "recovered": "kept after all",
}
_ORDER: Final = tuple(_WORDS)


class Message(NamedTuple):
    """A message to people."""

    subject: str
    text: str


def message(group: Group, now: int) -> Message:
    """`group` as it reads at `now` (µs): the broken first, of those the longest overdue."""
    alerts = sorted(group.alerts, key=lambda alert: (_ORDER.index(alert.stage), alert.due_at))
    return Message(_subject(alerts, group.team), "\n\n".join(_paragraph(alert, now) for alert in alerts))


def span(us: int, *, days: bool = True) -> str:
    """A duration of `us` microseconds for people: `45 s`, `1 h 12 min`, `2 d 3 h`; without `days` in hours,
    as business time is spoken of: a working day is not 24 hours."""
    left, words = max(0, us) // SECOND, []
    for size, unit in _UNITS if days else _UNITS[1:]:
        count, left = divmod(left, size)
        if count:
            words.append(f"{count} {unit}")
        elif words:
            break
    return " ".join(words[:2]) or "0 s"


def _subject(alerts: list[Alert], team: str | None) -> str:
    whose = f" ({_clean(team)})" if team else ""
    if len(alerts) == 1:
        return f"SLA {_WORDS[alerts[0].stage]}: {_clean(alerts[0].ticket)}, {_promise(alerts[0])}{whose}"
    counts = Counter(alert.stage for alert in alerts)
    return "SLA: " + ", ".join(f"{counts[s]} {_WORDS[s]}" for s in _ORDER if counts[s]) + whose


def _paragraph(alert: Alert, now: int) -> str:
    people = [alert.team, alert.priority, alert.assignee and f"assigned to {alert.assignee}"]
    ticket = f"Ticket {_clean(alert.ticket)} in {_clean(alert.source)}"
    lines = [
        f"{_standing(alert, now)}: {_promise(alert)}",
        " · ".join([ticket, *(_clean(words) for words in people if words)]),
    ]
    if alert.waiting_since is not None and alert.stage != "recovered":
        lines.append(f"The customer has been waiting for {span(now - alert.waiting_since)}")
    lines.append(f"Due {moment(min(alert.due_at, LAST_MOMENT)).isoformat(timespec='seconds')[:19]}Z")
    if alert.url is not None and alert.url.startswith(("https://", "http://")):
        lines.append("".join(alert.url.split()))
    return "\n".join(lines)


def _promise(alert: Alert) -> str:
    return f"{alert.target.replace('_', ' ')} within {span(alert.allowed, days=False)}"


def _standing(alert: Alert, now: int) -> str:
    if alert.stage == "recovered":
        return "Kept after all"
    if alert.stage == "breached":
        return f"Broken {span(now - alert.due_at)} ago"
    return (
        f"Due in {span(alert.due_at - now)}" if now < alert.due_at else f"Due {span(now - alert.due_at)} ago"
    )


def _clean(words: str) -> str:
    """What a helpdesk named, on one line and of bounded length."""
    printable = "".join(letter if letter.isprintable() else " " for letter in words)
    return " ".join(printable.split())[:_LONGEST]
