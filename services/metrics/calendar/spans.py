"""Half-open spans of whole microseconds, in order."""

from collections.abc import Iterable, Iterator
from typing import Final

Span = tuple[int, int]

DAY: Final = 86_400_000_000


def merged(spans: Iterable[Span]) -> Iterator[Span]:
    """`spans`, sorted by their starts, with those that overlap or touch made one; empty ones are left out."""
    spans = iter(spans)
    begin = end = None
    for start, stop in spans:
        if end is not None and start <= end:
            end = max(end, stop)
        elif start < stop:
            if begin is not None and end is not None:
                yield begin, end
            begin, end = start, stop
    if begin is not None and end is not None:
        yield begin, end


def clipped(spans: Iterable[Span], start: int, end: int) -> Iterator[Span]:
    """The parts of `spans` inside [start, end)."""
    for begin, stop in spans:
        if begin < end and stop > start:
            yield max(begin, start), min(stop, end)
