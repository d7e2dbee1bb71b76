"""A week of a made-up helpdesk, the same for the same end (pure)."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final, TypeVar

_T = TypeVar("_T")

SOURCE: Final = "demo"
TICKETS: Final = 300

_SEED: Final = 20_261
_HOURS: Final = 7 * 24
_AGENTS: Final = {
    "billing": ("ayse", "mehmet"),
    "technical": ("deniz", "elif", "john"),
    "orders": ("zeynep", "maria"),
}
_TEAMS: Final = {"billing": 3, "technical": 4, "orders": 5}
_PRIORITIES: Final = {"low": 2, "normal": 6, "high": 2, "urgent": 1}
_CHANNELS: Final = {"email": 5, "chat": 4, "web": 3}


@dataclass(frozen=True, slots=True)
class _Case:
    """What is fixed about one ticket from its first day."""

    number: int
    created: datetime
    team: str
    agent: str
    priority: str
    channel: str
    customer: str


_What = tuple[str, dict[str, Any]]


def _status(status: str) -> Callable[[_Case], _What]:
    return lambda _case: ("ticket.changed", {"status": status})


_STEPS: Final[dict[str, Callable[[_Case], _What]]] = {
    "agent": lambda case: ("ticket.commented", {"author": {"kind": "agent", "id": case.agent}}),
    "note": lambda case: (
        "ticket.commented",
        {"author": {"kind": "agent", "id": case.agent}, "public": False},
    ),
    "customer": lambda case: ("ticket.commented", {"author": {"kind": "customer", "id": case.customer}}),
    "bot": lambda _case: ("ticket.commented", {"author": {"kind": "bot", "id": "helper"}}),
    "hand off": lambda case: ("ticket.handed_off", {"to": case.team}),
    "take": lambda case: ("ticket.changed", {"status": "open", "assignee": case.agent}),
    "open": _status("open"),
    "pending": _status("pending"),
    "on hold": _status("on_hold"),
    "resolve": _status("resolved"),
    "close": _status("closed"),
    "merge": lambda case: ("ticket.merged", {"into": str(case.number - 1)}),
    "spam": lambda _case: ("ticket.deleted", {"reason": "spam"}),
}

# What happens on a ticket, and how many minutes after the step before it typically does.
_Story = tuple[tuple[str, int], ...]

_QUICK: Final[_Story] = (("take", 12), ("agent", 15), ("resolve", 5), ("close", 1500))
_TALK: Final[_Story] = (
    *(("take", 15), ("agent", 25), ("pending", 1), ("customer", 180), ("open", 1)),
    *(("agent", 50), ("resolve", 10)),
)
_HELD: Final[_Story] = (
    *(("take", 20), ("note", 10), ("agent", 15), ("on hold", 5), ("customer", 300)),
    *(("open", 400), ("agent", 30), ("resolve", 15)),
)
_BOT: Final[_Story] = (("bot", 1), ("hand off", 4), ("take", 10), ("agent", 12), ("resolve", 20))
_REOPENED: Final[_Story] = (*_QUICK[:3], ("customer", 600), ("open", 1), ("agent", 60), ("resolve", 30))
_NUDGED: Final[_Story] = (("customer", 90), ("customer", 120), ("take", 60), ("agent", 20))
_SILENT: Final[_Story] = (("take", 200), ("resolve", 240))
_WAITING: Final[_Story] = ()

_STORIES: Final = {
    _QUICK: 30,
    _TALK: 28,
    _HELD: 10,
    _BOT: 12,
    _REOPENED: 7,
    _NUDGED: 6,
    _SILENT: 3,
    _WAITING: 4,
}
_OUTBOUND: Final = 101
_RARE: Final[dict[int, _Story]] = {
    40: (("merge", 15),),
    120: (("customer", 10), ("merge", 5)),
    200: (("merge", 30),),
    77: (("spam", 40),),
    _OUTBOUND: (("customer", 120), ("agent", 30), ("resolve", 10)),
}


def week(end: datetime) -> list[dict[str, Any]]:
    """The events of TICKETS tickets in the seven days before the aware `end`, as CloudEvents in time order.

    Subjects are "1" to str(TICKETS) in order of creation; every event lies before `end`, so late tickets
    are still open.
    """
    rng = Random(_SEED)  # noqa: S311 # traffic, no secret
    events = [event for case in _cases(rng, end) for event in _events(rng, case) if event["time"] < end]
    events.sort(key=lambda event: (event["time"], event["id"]))
    return [event | {"time": event["time"].isoformat()} for event in events]


def _cases(rng: Random, end: datetime) -> Iterator[_Case]:
    start = end - timedelta(hours=_HOURS)
    hours = [start + timedelta(hours=hour) for hour in range(_HOURS)]
    picked = rng.choices(hours, [_busy(hour) for hour in hours], k=TICKETS)
    created = sorted(hour + timedelta(seconds=rng.randrange(3600)) for hour in picked)
    for number, moment in enumerate(created, 1):
        team = _pick(rng, _TEAMS)
        yield _Case(
            number=number,
            created=moment,
            team=team,
            agent=rng.choice(_AGENTS[team]),
            priority=_pick(rng, _PRIORITIES),
            channel=_pick(rng, _CHANNELS),
            customer=f"customer-{rng.randrange(1, 160)}",
        )


def _busy(hour: datetime) -> float:
    """How many tickets an hour gets, relative to an office hour of a working day."""
    day = 0.15 if hour.weekday() >= 5 else 1.0
    if 9 <= hour.hour < 18:
        return day
    return day * (0.35 if 7 <= hour.hour < 21 else 0.05)


def _events(rng: Random, case: _Case) -> Iterator[dict[str, Any]]:
    story = _RARE.get(case.number) or _pick(rng, _STORIES)
    moment = case.created
    yield _event(case, 0, moment, ("ticket.created", _first_fields(case)))
    for index, (step, minutes) in enumerate(story, 1):
        moment += timedelta(seconds=1 + round(60 * rng.lognormvariate(math.log(minutes), 0.7)))
        yield _event(case, index, moment, _STEPS[step](case))


def _first_fields(case: _Case) -> dict[str, Any]:
    fields = {
        "status": "new",
        "priority": case.priority,
        "team": case.team,
        "channel": case.channel,
        "requester": case.customer,
    }
    return fields | {"outbound": True} if case.number == _OUTBOUND else fields


def _event(case: _Case, index: int, moment: datetime, what: _What) -> dict[str, Any]:
    kind, data = what
    return {
        "specversion": "1.0",
        "id": f"demo-{case.number}-{index}",
        "source": SOURCE,
        "type": kind,
        "time": moment,
        "subject": str(case.number),
        "data": data,
    }


def _pick(rng: Random, weights: dict[_T, int]) -> _T:
    return rng.choices(list(weights), list(weights.values()))[0]
