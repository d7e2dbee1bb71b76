"""The worked timelines of this folder's `*.yml`: what a ticket's promises are at several moments.

A file has `stories`, and over them what its stories share: the `zone` of their wall-clock times, the `day`
that a bare time such as `09:30` belongs to, and `calendars`, `policies` and `sources` as in `deskpulse.yml`.
A story may have its own of each; its calendars join those of the file, of the others its own count alone.

Its `events` are rows [time, what, details]. Those under `late` happened at their time as well, but Deskpulse
hears of them last: a moment under `expect` knows them when it says `late: heard`. A moment names facts as the
API returns them, and of every part of them only what matters. `sla` names all clocks of the ticket, in any
order; a clock without a `cycle` is the first.

Times: `09:30`, `+1d 09:30` (on the day after), `2026-03-29 09:30`, with `Z` or `+02:00` behind where the wall
clock is not that of the zone, or shows a time twice. Durations: `90s`, `1h30m`, `-5m`, `1.5s`.
"""

import re
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
import yaml
from msgspec import Struct

from calendars.config import calendars
from events.instants import micros
from events.types import TicketEvent
from harness.desk import typed
from metrics.sla.policy import Rules, rules
from metrics.ticket.fold import fold
from metrics.ticket.render import facts

UNITS = {"d": 86_400, "h": 3600, "m": 60, "s": 1}
TIME = re.compile(r"(?:(\+\d+)d |(\d{4}-\d\d-\d\d) )?(\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?")
SPAN = re.compile(r"-?(\d+(\.\d+)?[dhms])+")
WORDS: dict[str, tuple[str, dict[str, Any]]] = {
    "created": ("ticket.created", {}),
    "created outbound": ("ticket.created", {"outbound": True}),
    "changed": ("ticket.changed", {}),
    "agent writes": ("ticket.commented", {"author": {"kind": "agent", "id": "ayse"}}),
    "agent writes privately": ("ticket.commented", {"author": {"kind": "agent"}, "public": False}),
    "customer writes": ("ticket.commented", {"author": {"kind": "customer"}}),
    "bot writes": ("ticket.commented", {"author": {"kind": "bot"}}),
    "handed off": ("ticket.handed_off", {"to": "billing"}),
    "merged": ("ticket.merged", {"into": "2"}),
    "deleted": ("ticket.deleted", {}),
    "spam": ("ticket.deleted", {"reason": "spam"}),
    "undeleted": ("ticket.undeleted", {}),
    "absorbed": ("ticket.absorbed", {}),
}


class Shared(Struct, kw_only=True, forbid_unknown_fields=True):
    """What a file says once, or a story for itself."""

    zone: str | None = None
    day: date | None = None
    calendars: dict[str, Any] = {}
    policies: list[Any] | None = None
    sources: dict[str, dict[str, str]] | None = None


class Story(Shared, kw_only=True, forbid_unknown_fields=True):
    """One ticket's life, and what is known of it at some moments. `source`: the helpdesk it lives in."""

    story: str
    events: list[list[Any]]
    expect: list[dict[str, Any]]
    late: list[list[Any]] = []
    source: str = "acme"


class File(Shared, kw_only=True, forbid_unknown_fields=True):
    """A theme."""

    stories: list[Story]


class Telling:
    """A story, told in the time zone and under the promises that apply to it."""

    def __init__(self, file: File, story: Story) -> None:
        self.story = story
        self._zone = ZoneInfo(story.zone or file.zone or "UTC")
        self._day = story.day or file.day
        sources = file.sources if story.sources is None else story.sources
        self.rules: Rules = rules(
            file.policies if story.policies is None else story.policies,
            calendars(file.calendars | story.calendars),
            {name: source["calendar"] for name, source in (sources or {}).items()},
        )
        self.events = [self._event(f"e{n}", row) for n, row in enumerate(story.events)]
        self.late = [self._event(f"late{n}", row) for n, row in enumerate(story.late)]

    def known(self, moment: dict[str, Any]) -> Any:
        """The facts at a moment of `expect`, as the API would say them."""
        events = self.events + (self.late if moment.get("late") == "heard" else [])
        as_of = self.at(moment["as_of"])
        past = [event for event in events if event.time <= as_of]
        return msgspec.to_builtins(facts(fold(past, self.rules), micros(as_of), self.rules))

    def at(self, text: str) -> datetime:
        """The instant that a time of the story means. Raises ValueError where it means none, or two."""
        found = TIME.fullmatch(text)
        if found is None:
            raise ValueError(f"{text} is no time of a story")
        days, day, clock, offset = found.groups()
        written = date.fromisoformat(day) if day else self._day
        if written is None:
            raise ValueError(f"{text} is on no day: give the story a day")
        wall = datetime.combine(written + timedelta(days=int(days or 0)), time.fromisoformat(clock))
        if offset:
            return datetime.fromisoformat(wall.isoformat() + offset)
        first, second = (wall.replace(tzinfo=self._zone, fold=fold) for fold in (0, 1))
        if first.utcoffset() != second.utcoffset():
            raise ValueError(f"{text} comes twice or never on that night: give it an offset")
        return first

    def value(self, text: Any) -> Any:
        """A part of the file as the API would say it."""
        if isinstance(text, dict):
            return {name: self.value(inner) for name, inner in text.items()}
        if isinstance(text, list):
            return [self.value(inner) for inner in text]
        if TIME.fullmatch(text):
            return msgspec.to_builtins(datetime.fromtimestamp(0, ZoneInfo("UTC")) + self._since_epoch(text))
        return duration(text) if SPAN.fullmatch(text) else yaml.safe_load(text)

    def _since_epoch(self, text: str) -> timedelta:
        return timedelta(microseconds=micros(self.at(text)))

    def _event(self, name: str, row: list[Any]) -> TicketEvent:
        when, what, *details = row
        if what == "status":
            kind, data = "ticket.changed", {"status": details[0]}
        else:
            kind, data = WORDS[what]
            data = data | (self.value(details[0]) if details else {})
        wire = {"specversion": "1.0", "id": name, "source": self.story.source, "subject": "1"}
        if "merged" in data:
            data["merged"] = str(data["merged"])
        return typed({**wire, "type": kind, "time": self.at(when).isoformat(), "data": data})


def duration(text: str) -> int | float:
    """Seconds of `1h30m`."""
    total = sum(float(number) * UNITS[unit] for number, unit in re.findall(r"([\d.]+)([dhms])", text))
    signed = -total if text.startswith("-") else total
    return int(signed) if signed == int(signed) else signed


def named(expected: Any, known: Any) -> Any:
    """Of `known` only what `expected` names. Raises KeyError for a name that no fact has."""
    if isinstance(expected, dict) and isinstance(known, dict):
        return {name: named(inner, known[name]) for name, inner in expected.items()}
    if isinstance(expected, list) and isinstance(known, list) and len(expected) == len(known):
        return [named(inner, one) for inner, one in zip(expected, known, strict=True)]
    return known


def in_order(clocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Clocks by target and cycle."""
    return sorted(({"cycle": 1, **clock} for clock in clocks), key=lambda one: (one["target"], one["cycle"]))


FILES = {  # every scalar as it is written: 09:30 is a time here, not a number
    path.stem: msgspec.convert(yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader), File)
    for path in sorted(Path(__file__).parent.glob("*.yml"))
}
STORIES = [
    pytest.param(file, story, id=f"{name}: {story.story}")
    for name, file in FILES.items()
    for story in file.stories
]


@pytest.mark.parametrize(("file", "story"), STORIES)
def test_the_worked_timeline(file: File, story: Story) -> None:
    telling = Telling(file, story)
    assert story.expect

    for moment in story.expect:
        expected = {
            name: telling.value(said) for name, said in moment.items() if name not in ("as_of", "late")
        }
        known = telling.known(moment)
        for promises in (expected, known):
            if "sla" in expected:
                promises["sla"] = in_order(promises["sla"])

        assert named(expected, known) == expected, f"as of {moment['as_of']}"


def test_every_story_has_a_title_of_its_own_and_hears_all_its_events() -> None:
    stories = [(file, story) for file in FILES.values() for story in file.stories]

    assert len({story.story for _, story in stories}) == len(stories)
    for file, story in stories:
        telling = Telling(file, story)
        last = max(telling.at(moment["as_of"]) for moment in story.expect)
        assert all(event.time <= last for event in telling.events + telling.late), story.story
        assert bool(story.late) == any("late" in moment for moment in story.expect), story.story
