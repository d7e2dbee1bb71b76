"""The worked examples of examples.yml."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from calendars.business import after, business
from calendars.config import calendars
from events.instants import SECOND, micros, moment

WRITTEN = yaml.safe_load(Path(__file__).with_name("examples.yml").read_text(encoding="utf-8"))
CALENDARS = calendars(WRITTEN["calendars"])
QUESTIONS = [
    pytest.param(example["calendar"], question, id=f"{example['name']} {index}")
    for example in WRITTEN["examples"]
    for index, question in enumerate(example["questions"])
]
UNITS = {"h": 3600, "m": 60, "s": 1}


def instant(written: str) -> int:
    """The µs since the epoch of a moment as the examples write it."""
    return micros(datetime.fromisoformat(written))


def span(written: str) -> int:
    """The µs of a duration such as `1h 30m`."""
    return sum(int(n) * UNITS[unit] * SECOND for n, unit in re.findall(r"(\d+)([hms])", written))


@pytest.mark.parametrize(("calendar", "question"), QUESTIONS)
def test_the_example_is_answered(calendar: str, question: dict[str, Any]) -> None:
    start = instant(question["from"])

    if "to" in question:
        answer = business(CALENDARS[calendar], start, instant(question["to"]))
        assert answer / SECOND == span(question["open"]) / SECOND
    else:
        answer = after(CALENDARS[calendar], start, span(question["after"]))
        assert moment(answer) == datetime.fromisoformat(question["due"])
