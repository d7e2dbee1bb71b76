"""Whom the outcome of each cycle is credited to, the slow and plain way; see `oracle`."""

from harness.oracle import DONE, Ticket


def credited(ticket: Ticket) -> list[list[str]]:
    """For each cycle of `ticket`, who replied in it, then the assignee at its end; nobody while it lasts."""
    assignees = _assignees_at_resolutions(ticket)
    found = []
    for number, (opened, resolved) in enumerate(ticket.cycles()):
        names: list[str | None] = []
        if resolved is not None:
            names = [agent for at, agent in ticket.comments("agent") if opened <= at <= resolved]
            names.append(assignees[number])
        found.append([name for place, name in enumerate(names) if name and name not in names[:place]])
    return found


def _assignees_at_resolutions(ticket: Ticket) -> list[str | None]:
    status, assignee = "new", None
    found: list[str | None] = []
    for event in ticket.events:
        data = event.get("data", {})
        if "author" not in data:
            assignee = data.get("assignee", assignee)
        now = data.get("status", status)
        if now in DONE and status not in DONE:
            found.append(assignee)
        status = now
    return found
