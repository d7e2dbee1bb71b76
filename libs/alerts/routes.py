"""Where alerts go: destinations, and the entries that say which alerts reach which of them (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from alerts.alert import Alert
from calendars.business import business
from calendars.calendar import Calendar


@dataclass(frozen=True, slots=True)
class Destination:
    """An address under the name of the variable that holds it. `url` is an Apprise URL or, with the `secret`
    that signs what is sent there, a webhook's. Both are secrets: neither shows in a repr."""

    name: str
    url: str = field(repr=False)
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Entry:
    """Alerts that have, for each field in `match`, one of its values go to all `destinations` (names).
    Outside the open hours of the calendar `quiet` they wait."""

    match: Mapping[str, frozenset[str]]
    destinations: tuple[str, ...]
    quiet: str | None = None

    def fits(self, alert: Alert) -> bool:
        """Whether `alert` is for this entry."""
        return all(getattr(alert, name) in values for name, values in self.match.items())

    @property
    def takes_back(self) -> bool:
        """Whether who is told of a breach here is also told when it is taken back."""
        return "stage" not in self.match or "recovered" in self.match["stage"]


@dataclass(frozen=True, slots=True)
class Routing:
    """The entries, the destinations by name, and the calendars by which some of them are quiet."""

    entries: Sequence[Entry] = ()
    destinations: Mapping[str, Destination] = field(default_factory=dict)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)

    def quiet(self, now: int) -> list[str]:
        """The names of the calendars that are closed at `now` (µs)."""
        return [name for name, calendar in self.calendars.items() if not business(calendar, now, now + 1)]


NO_ROUTING: Final = Routing()
