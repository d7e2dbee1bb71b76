"""The worked examples of `timelines.yml`."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from events.instants import micros
from harness.desk import typed
from metrics.ticket.fold import fold
from metrics.ticket.render import ticket_facts

DAY = datetime(2026, 3, 2, tzinfo=UTC)
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
STORIES = yaml.load(  # every scalar as it is written: 09:30 is a time here, not a number
    Path(__file__).with_name("timelines.yml").read_text(encoding="utf-8"), yaml.BaseLoader
)
WORDS: dict[str, tuple[str, dict[str, Any]]] = {
    "created": ("ticket.created", {}),
    "created outbound": ("ticket.created", {"outbound": True}),
    "changed": ("ticket.changed", {}),
    "ayse writes": ("ticket.commented", {"author": {"kind": "agent", "id": "ayse"}}),
    "can writes": ("ticket.commented", {"author": {"kind": "agent", "id": "can"}}),
    "can writes privately": (
        "ticket.commented",
        {"author": {"kind": "agent", "id": "can"}, "public": False},
    ),
    "somebody writes": ("ticket.commented", {"author": {"kind": "agent"}}),
    "agent writes": ("ticket.commented", {"author": {"kind": "agent", "id": "ayse"}}),
    "agent writes privately": ("ticket.commented", {"author": {"kind": "agent"}, "public": False}),
    "customer writes": ("ticket.commented", {"author": {"kind": "customer"}}),
    "bot writes": ("ticket.commented", {"author": {"kind": "bot"}}),
    "handed off": ("ticket.handed_off", {"to": "billing"}),
    "deleted": ("ticket.deleted", {}),
    "undeleted": ("ticket.undeleted", {}),
    "absorbed": ("ticket.absorbed", {}),
}


def at(text: str) -> datetime:
    """The moment of "09:30" or "+1d 09:30"."""
    days, _, clock = text.rpartition(" ")
    hours, minutes, *seconds = clock.split(":")
    past = timedelta(hours=int(hours), minutes=int(minutes), seconds=float(seconds[0]) if seconds else 0)
    return DAY + timedelta(days=int(days.strip("+d") or 0)) + past


def value(text: Any) -> Any:
    """A scalar of the file as the API would say it."""
    if isinstance(text, dict):
        return {name: value(inner) for name, inner in text.items()}
    if isinstance(text, list):
        return [value(inner) for inner in text]
    if re.fullmatch(r"(\+\d+d )?\d\d:\d\d(:[\d.]+)?", text):
        return msgspec.to_builtins(at(text))
    if found := re.fullmatch(r"(\d+)([smhd])", text):
        return int(found[1]) * UNITS[found[2]]
    return yaml.safe_load(text)


def event(number: int, row: list[Any]) -> dict[str, Any]:
    """The wire form of one row: [time, what, details]."""
    time, what, *details = row
    if what == "status":
        kind, data = "ticket.changed", {"status": details[0]}
    else:
        kind, data = WORDS[what]
        data = {**data, **(value(details[0]) if details else {})}
    if "merged" in data:
        data = {**data, "merged": str(data["merged"])}
    return {
        "specversion": "1.0",
        "id": str(number),
        "source": "acme",
        "subject": "1",
        "type": kind,
        "time": at(time).isoformat(),
        "data": data,
    }


@pytest.mark.parametrize("story", STORIES, ids=[story["story"] for story in STORIES])
def test_the_worked_example(story: dict[str, Any]) -> None:
    events = [typed(event(number, row)) for number, row in enumerate(story["events"])]
    last = max(e.time for e in events)

    as_of = micros(at(story["as_of"]) if "as_of" in story else last)
    known = msgspec.to_builtins(ticket_facts(fold(events), as_of))

    expected = value(story["expect"])
    assert {name: known[name] for name in expected} == expected
