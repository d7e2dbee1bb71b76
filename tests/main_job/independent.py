"""The SLA figures of a help desk's log, from its rows alone: an independent check that shares no code with
the product, with the standard library only.

    python tests/main_job/independent.py LOG.csv

Monday to Friday 09:00-18:00 Europe/Rome; 4 business hours to the first response, 27 to each resolution; no
clock runs while a ticket is resolved, a reopened one starts anew.
"""

import csv
import json
import statistics
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

ROME = ZoneInfo("Europe/Rome")
DONE = {"Resolve ticket", "RESOLVED", "VERIFIED", "Closed", "INVALID", "DUPLICATE"}
TAKEN = "Take in charge ticket"
RESPONSE, RESOLUTION = 4 * 3600, 27 * 3600
DAY = timedelta(days=1)

Rows = list[tuple[datetime, str]]
Span = tuple[datetime, datetime]


def windows(first: date) -> Iterator[Span]:
    """The opening hours from the day `first` on, in UTC."""
    while True:
        if first.weekday() < 5:
            yield (
                datetime(first.year, first.month, first.day, 9, tzinfo=ROME).astimezone(UTC),
                datetime(first.year, first.month, first.day, 18, tzinfo=ROME).astimezone(UTC),
            )
        first += DAY


def business(start: datetime, end: datetime) -> float:
    """Open seconds between two instants."""
    total = 0.0
    for opens, closes in windows(start.astimezone(ROME).date()):
        if opens >= end:
            return total
        total += max(0.0, (min(end, closes) - max(start, opens)).total_seconds())
    raise AssertionError("the week never ends")


def due(spans: list[Span], seconds: float) -> datetime | None:
    """When so many open seconds have passed within `spans`, None where they don't hold as many."""
    for start, end in spans:
        for opens, closes in windows(start.astimezone(ROME).date()):
            low, high = max(start, opens), min(end, closes)
            if opens >= end:
                break
            if low < high:
                length = (high - low).total_seconds()
                if seconds <= length:
                    return low + timedelta(seconds=seconds)
                seconds -= length
    return None


def tickets(log: Path) -> dict[str, Rows]:
    """Each ticket's distinct rows in time order."""
    found: dict[str, set[tuple[datetime, str]]] = defaultdict(set)
    with log.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            moment = datetime.fromisoformat(row["time:timestamp"]).astimezone(UTC)
            found[row["case:concept:name"]].add((moment, row["Activity"]))
    return {name: sorted(rows) for name, rows in found.items()}


def unresolved(rows: Rows, now: datetime) -> list[Span]:
    """The times in which the ticket was not resolved, the last open to `now`."""
    spans: list[Span] = []
    opened: datetime | None = rows[0][0]
    for moment, activity in rows:
        if activity in DONE and opened is not None:
            spans.append((opened, moment))
            opened = None
        elif activity not in DONE and opened is None:
            opened = moment
    return spans if opened is None else [*spans, (opened, now)]


def figures(log: Path, now: datetime) -> dict[str, dict[str, float]]:
    """Attainment and business-time statistics of both promises."""
    met = {"first_response": 0, "resolution": 0}
    breached = dict(met)
    durations: dict[str, list[float]] = {"first_response": [], "full_resolution": []}
    for rows in tickets(log).values():
        open_spans = unresolved(rows, now)
        resolved = not any(end == now for _, end in open_spans)
        if resolved:
            durations["full_resolution"].append(business(rows[0][0], open_spans[-1][1]))
        for start, end in open_spans:
            limit = due([(start, end)], RESOLUTION)
            breached["resolution"] += limit is not None and limit < end
            met["resolution"] += end != now and (limit is None or end <= limit)
        if rows[0][1] == TAKEN:
            continue
        answers = [moment for moment, activity in rows if activity == TAKEN]
        limit = due(open_spans, RESPONSE)
        if answers:
            durations["first_response"].append(business(rows[0][0], answers[0]))
        late = limit is not None and limit < (answers[0] if answers else now)
        breached["first_response"] += late
        met["first_response"] += bool(answers) and not late
    return {
        "met": {**met},
        "breached": {**breached},
        **{
            name: {
                "count": len(values),
                "mean": statistics.fmean(values),
                **{f"p{q}": percentile(sorted(values), q / 100) for q in (50, 75, 90, 95, 99)},
            }
            for name, values in durations.items()
        },
    }


def percentile(values: list[float], share: float) -> float:
    """Linear between ranks."""
    rank = share * (len(values) - 1)
    low = int(rank)
    above = values[min(low + 1, len(values) - 1)]
    return values[low] + (above - values[low]) * (rank - low)


if __name__ == "__main__":
    print(json.dumps(figures(Path(sys.argv[1]), datetime.now(UTC)), indent=2))
