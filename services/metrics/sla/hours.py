"""Business time of a ticket: each part of a span by the calendar of the policy that applied then."""

from collections.abc import Sequence

from calendars.business import business
from metrics.sla.policy import Rules


def open_time(
    source: str, promises: Sequence[tuple[int, str | None]], rules: Rules, start: int, end: int
) -> int | None:
    """Open time in [start, end) in µs; None where a part of it has no calendar.

    `promises`: since when the ticket has fallen under which policy (its key); what lies before the first
    counts as the first says, and without any the source's default calendar counts.
    """
    if rules.empty:
        return None
    if len(promises) < 2:
        calendar = rules.calendar(source, promises[0][1] if promises else None)
        return None if calendar is None else business(calendar, start, end)
    if start == end:
        key = next((key for since, key in reversed(promises) if since <= start), promises[0][1])
        return None if rules.calendar(source, key) is None else 0
    total = 0
    for index, (since, key) in enumerate(promises):
        low = start if index == 0 else max(start, since)
        high = min(end, promises[index + 1][0]) if index + 1 < len(promises) else end
        if low >= high:
            continue
        calendar = rules.calendar(source, key)
        if calendar is None:
            return None
        total += business(calendar, low, high)
    return total
