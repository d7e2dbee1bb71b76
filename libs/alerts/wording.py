"""The words for each kind of alert (pure)."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Final, Literal, NamedTuple

from alerts.alert import Alert, Stage
from events.instants import SECOND

_LONGEST: Final = 200
_UNITS: Final = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))

Kind = Literal["promise", "follow_up", "mood"]


class _Words(NamedTuple):
    """`family`: what the subject of several begins with; `counted`: what stands there after the number.
    `title`: the subject of one alone; `first`: its first line at a moment (µs)."""

    family: str
    counted: str
    title: Callable[[Alert], str]
    first: Callable[[Alert, int], str]


def kind(alert: Alert) -> Kind:
    """What `alert` is about: a promise of a policy, a follow-up, or a change of mood."""
    return alert.target if alert.target in ("follow_up", "mood") else "promise"


def urgency(alert: Alert) -> tuple[int, int]:
    """What orders alerts: the broken first, of those the longest overdue."""
    return _ORDER.index((kind(alert), alert.stage)), alert.due_at


def title(alerts: Sequence[Alert]) -> str:
    """What `alerts`, sorted by urgency, are about in few words."""
    if len(alerts) == 1:
        return _words(alerts[0]).title(alerts[0])
    by_family = sorted((_words(alert) for alert in alerts), key=lambda words: words.family, reverse=True)
    return "; ".join(f"{name}: {_counted(list(found))}" for name, found in groupby(by_family, _family))


def first_line(alert: Alert, now: int) -> str:
    """How matters stand with `alert` at `now` (µs)."""
    return _words(alert).first(alert, now)


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


def clean(words: str) -> str:
    """What a helpdesk named, on one line and of bounded length."""
    printable = "".join(letter if letter.isprintable() else " " for letter in words)
    return " ".join(printable.split())[:_LONGEST]


def _words(alert: Alert) -> _Words:
    return _WORDS[kind(alert), alert.stage]


def _family(words: _Words) -> str:
    return words.family


def _counted(found: list[_Words]) -> str:
    counts = Counter(words.counted for words in found)
    return ", ".join(
        f"{counts[words.counted]} {words.counted}" for words in _WORDS.values() if words in found
    )


def _promise(alert: Alert) -> str:
    return f"{alert.target.replace('_', ' ')} within {span(alert.allowed, days=False)}"


def _promised(state: str) -> Callable[[Alert], str]:
    return lambda alert: f"SLA {state}: {clean(alert.ticket)}, {_promise(alert)}"


def _soon(alert: Alert, now: int) -> str:
    return f"in {span(alert.due_at - now)}" if now < alert.due_at else f"{span(now - alert.due_at)} ago"


def _joined(*parts: str | None) -> Iterator[str]:
    return (clean(part) for part in parts if part)


def _where(alert: Alert) -> str:
    return f"ticket {alert.ticket}" if alert.ticket else alert.source


def _change(alert: Alert) -> str:
    return _CHANGES.get(alert.policy, "Not as usual")


def _late(alert: Alert) -> str:
    return f"Not contacted in {span(alert.allowed, days=False)}: "


_CHANGES: Final = {
    "sentiment": "More negative comments than usual",
    "csat": "Fewer satisfied answers than usual",
}
_WORDS: Final[dict[tuple[Kind, Stage], _Words]] = {
    ("promise", "breached"): _Words(
        "SLA",
        "broken",
        _promised("broken"),
        lambda alert, now: f"Broken {span(now - alert.due_at)} ago: {_promise(alert)}",
    ),
    ("follow_up", "breached"): _Words(
        "Feedback",
        "not contacted",
        lambda alert: _late(alert) + ", ".join(_joined(_where(alert), alert.note)),
        lambda alert, _: _late(alert) + ", ".join(_joined(alert.note)),
    ),
    ("mood", "changed"): _Words(
        "Feedback",
        "not as usual",
        lambda alert: f"{_change(alert)}: {clean(alert.source)}",
        lambda alert, _: f"{_change(alert)}: " + ", ".join(_joined(alert.note)),
    ),
    ("promise", "due_soon"): _Words(
        "SLA",
        "due soon",
        _promised("due soon"),
        lambda alert, now: f"Due {_soon(alert, now)}: {_promise(alert)}",
    ),
    ("follow_up", "opened"): _Words(
        "Feedback",
        "to follow up",
        lambda alert: "Follow-up due: " + ", ".join(_joined(_where(alert), alert.note)),
        lambda alert, now: f"Follow-up due {_soon(alert, now)}: " + ", ".join(_joined(alert.note)),
    ),
    ("promise", "recovered"): _Words(
        "SLA",
        "kept after all",
        _promised("kept after all"),
        lambda alert, _: f"Kept after all: {_promise(alert)}",
    ),
}
_ORDER: Final = tuple(_WORDS)
