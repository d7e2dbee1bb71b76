"""What people read: a group of alerts as a subject and plain text (pure).

Plain text alone: every service takes it and makes links of the addresses in it, while each reads Markdown
its own way, and a ticket's id or team could then say more than its letters.
"""

from collections.abc import Iterator
from typing import NamedTuple

from alerts.alert import Alert
from alerts.group import Group
from alerts.wording import clean, first_line, kind, span, title, urgency
from events.instants import LAST_MOMENT, moment


class Message(NamedTuple):
    """A message to people."""

    subject: str
    text: str


def message(group: Group, now: int) -> Message:
    """`group` as it reads at `now` (µs): the broken first, of those the longest overdue."""
    alerts = sorted(group.alerts, key=urgency)
    whose = f" ({clean(group.team)})" if group.team else ""
    return Message(title(alerts) + whose, "\n\n".join("\n".join(_lines(alert, now)) for alert in alerts))


def _lines(alert: Alert, now: int) -> Iterator[str]:
    yield first_line(alert, now)
    yield " · ".join(_labels(alert))
    if alert.waiting_since is not None and alert.stage != "recovered":
        yield f"The customer has been waiting for {span(now - alert.waiting_since)}"
    if kind(alert) != "mood":
        yield f"Due {moment(min(alert.due_at, LAST_MOMENT)).isoformat(timespec='seconds')[:19]}Z"
    if kind(alert) == "follow_up" and alert.about is not None:
        yield f"Follow-up {clean(alert.about)}"
    if alert.url is not None and alert.url.startswith(("https://", "http://")):
        yield "".join(alert.url.split())


def _labels(alert: Alert) -> Iterator[str]:
    yield f"Ticket {clean(alert.ticket)} in {clean(alert.source)}" if alert.ticket else clean(alert.source)
    acts = "assigned to" if kind(alert) == "promise" else "owner"
    for words in (alert.team, alert.priority, alert.assignee and f"{acts} {alert.assignee}"):
        if words:
            yield clean(words)
