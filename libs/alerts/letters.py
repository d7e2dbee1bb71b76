"""Letters: the outbox's documents, one per alert and destination (pure)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from alerts.alert import Alert
from alerts.routes import Entry

Letter = dict[str, Any]
"""`_id` (alert and destination: never twice), `state` (pending | sent | cancelled | given_up), `destination`,
`lane` (what is sent together: destination, team and quiet hours), `quiet` (a calendar or None), `takes_back`,
`group` (None until it is claimed for the first time, at `first_try`), `alert`; `ended_at` once it is over;
`heard` where it waits again after a group with it was claimed."""

SEPARATOR: Final = "\0"


def letters(alerts: Iterable[Alert], entries: Sequence[Entry]) -> list[Letter]:
    """The letters that tell `alerts`, recoveries apart: to each destination of all entries that fit, once."""
    return [letter for alert in alerts if alert.stage != "recovered" for letter in _told(alert, entries)]


def letter_id(alert: Alert, destination: str) -> str:
    """The identity of the letter that tells `alert` at `destination`."""
    return f"{alert.id}{SEPARATOR}{destination}"


def breach_letter_id(recovery: Alert, destination: str) -> str:
    """The identity of the letter that told, at `destination`, the breach that `recovery` takes back."""
    return letter_id(replace(recovery, stage="breached"), destination)


def taking_back(breach: Alert) -> Alert:
    """The alert that takes `breach` back."""
    return replace(breach, stage="recovered")


def recoveries(
    alerts: Iterable[Alert], destinations: Iterable[str], breaches: Mapping[str, Letter]
) -> list[Letter]:
    """The letters that take breaches back: to those who may have heard of them, and want to.

    `breaches`: letters of breaches by id. A group that was claimed may have arrived, whatever came of it.
    """
    names = tuple(destinations)
    found = ((alert, breaches.get(breach_letter_id(alert, name))) for alert in alerts for name in names)
    return [
        _letter(alert, breach["destination"], breach["quiet"], takes_back=True)
        for alert, breach in found
        if breach is not None and _maybe_heard(breach) and breach["takes_back"]
    ]


def _maybe_heard(letter: Letter) -> bool:
    return letter["group"] is not None or "heard" in letter


def _told(alert: Alert, entries: Sequence[Entry]) -> Iterator[Letter]:
    seen: set[str] = set()
    for entry in entries:
        for destination in entry.destinations if entry.fits(alert) else ():
            if destination not in seen:
                seen.add(destination)
                yield _letter(alert, destination, entry.quiet, takes_back=entry.takes_back)


def _letter(alert: Alert, destination: str, quiet: str | None, *, takes_back: bool) -> Letter:
    return {
        "_id": letter_id(alert, destination),
        "state": "pending",
        "destination": destination,
        "lane": SEPARATOR.join((destination, alert.team or "", quiet or "")),
        "quiet": quiet,
        "takes_back": takes_back,
        "group": None,
        "alert": msgspec.to_builtins(alert),
    }
