"""Half-open spans of whole microseconds, in order."""

from collections.abc import Iterable, Iterator
from typing import Final

Span = tuple[int, int]

DAY: Final = 86_400_000_000


def merged(spans: Iterable[Span]) -> Iterator[Span]:
    """`spans`, sorted by their starts, with those that overlap or touch made one; empty ones are left out."""
    held: Span | None = None
    for start, end in spans:
        if held is not None and start <= held[1]:
            held = held[0], max(held[1], end)
        elif start < end:
            if held is not None:
                yield held
            held = start, end
    if held is not None:
        yield held


def clipped(spans: Iterable[Span], start: int, end: int) -> Iterator[Span]:
    """The parts of `spans` inside [start, end)."""
    for begin, stop in spans:
        if begin < end and stop > start:
            yield max(begin, start), min(stop, end)
