"""A calendar: its versions, each with the time in which it counts."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from calendars.spans import Span
from calendars.timeline import Always, Blocks, Timeline
from calendars.version import Version
from calendars.wall import open_spans


@dataclass(frozen=True)
class Calendar:
    """When a desk is open. `versions`, oldest first, each open at some time of the week; none: always open.

    All but the first have a `valid_from`, and each microsecond counts by the version valid at it. The first
    counts also for the time before its own `valid_from`, if it has one: nothing older is known, and a 0 would
    say that the desk was closed.
    """

    versions: tuple[Version, ...]

    @cached_property
    def timeline(self) -> Timeline:
        """The running total of open time; what it has worked out stays with this calendar."""
        return Blocks(self._spans) if self.versions else Always()

    def in_force(self, start: int, end: int) -> Iterator[tuple[Version, int, int]]:
        """[start, end) cut where the version changes: (version, from, to), without empty parts."""
        changes = [version.valid_from for version in self.versions[1:] if version.valid_from is not None]
        for version, low, high in zip(self.versions, [start, *changes], [*changes, end], strict=True):
            if max(low, start) < min(high, end):
                yield version, max(low, start), min(high, end)

    def _spans(self, start: int, end: int) -> Iterator[Span]:
        for version, low, high in self.in_force(start, end):
            yield from open_spans(version, low, high)


ALWAYS: Final = Calendar(())
