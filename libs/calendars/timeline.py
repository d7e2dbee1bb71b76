"""Open time as a running total: how much of it had passed at any instant, and when that much had."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, NamedTuple, Protocol

from calendars.spans import DAY, Span, clipped
from events.instants import micros

_BLOCK: Final = 364 * DAY  # whole weeks, so that a block can stand for those beyond it
_BLOCKS_KEPT: Final = 64


def _block_in(year: int) -> int:
    return micros(datetime(year, 1, 1, tzinfo=UTC)) // _BLOCK


_FIRST: Final = _block_in(1950)
_ORIGIN: Final = _block_in(2024)
_LAST: Final = _block_in(2150)


class Timeline(Protocol):
    """A total of open time that never falls. Its zero is arbitrary: differences alone have a meaning."""

    def opened(self, us: int) -> int:
        """The total at the instant `us`, in µs."""

    def reached(self, total: int, since: int) -> int:
        """The earliest instant at which the total is `total`, which is above that at `since`."""

    def spans(self, start: int, end: int) -> Iterator[Span]:
        """The open spans in [start, end), one after the other; neighbours may touch."""


class Always:
    """The timeline that is always open: the total is the clock itself."""

    def opened(self, us: int) -> int:
        """See Timeline."""
        return us

    def reached(self, total: int, since: int) -> int:  # noqa: ARG002
        """See Timeline."""
        return total

    def spans(self, start: int, end: int) -> Iterator[Span]:
        """See Timeline."""
        yield start, end


class _Block(NamedTuple):
    """52 weeks: the total is `opened[i]` at `starts[i]` and grows with the clock until it is `opened[i + 1]`.
    The first entry is an empty span at the block's start."""

    starts: list[int]
    opened: list[int]


class Blocks:
    """The timeline of given spans, worked out 52 weeks at a time, when they are first asked for.

    `spans(start, end)` gives the open spans in [start, end), in order. After that first time an answer costs
    a bisection in a block, and one over the blocks where it lies in another than the question. The 64 blocks
    last used are kept, of the others their totals. Threads may share it: what two of them work out at once is
    equal. From 2150 on, and before 1950, the same 52 weeks repeat: an event with an absurd time costs no more
    than another.
    """

    def __init__(self, spans: Callable[[int, int], Iterable[Span]]) -> None:
        self._source = spans
        self._before = {_ORIGIN: 0}
        self._block = lru_cache(maxsize=_BLOCKS_KEPT)(self._work_out)
        self.worked_out = 0

    def opened(self, us: int) -> int:
        """See Timeline."""
        starts, opened = self._block(us // _BLOCK)
        place = bisect_right(starts, us)
        total = opened[place - 1] + us - starts[place - 1]
        most = opened[place]
        return total if total < most else most  # noqa: FURB136  a call of min() would cost a tenth of all

    def reached(self, total: int, since: int) -> int:
        """See Timeline."""
        starts, opened = self._block(since // _BLOCK)
        if total > opened[-1]:
            starts, opened = self._block(self._block_of(total, since // _BLOCK))
        place = bisect_left(opened, total) - 1
        return starts[place] + total - opened[place]

    def spans(self, start: int, end: int) -> Iterator[Span]:
        """See Timeline."""
        for index in range(start // _BLOCK, (end - 1) // _BLOCK + 1):
            starts, opened = self._block(index)
            first, last = max(1, bisect_right(starts, start) - 1), bisect_left(starts, end)
            whole = ((starts[i], starts[i] + opened[i + 1] - opened[i]) for i in range(first, last))
            yield from clipped(whole, start, end)

    def _block_of(self, total: int, low: int) -> int:
        """The block after `low` in which `total` is reached: double the distance, then bisect."""
        distance = 1
        while self._total_before(low + distance) < total:
            distance *= 2
        return low + bisect_left(range(low, low + distance), total, key=self._total_before) - 1

    def _total_before(self, index: int) -> int:
        """The total at the start of block `index`."""
        known = self._before.get(index)
        if known is not None:
            return known
        if not _FIRST <= index <= _LAST + 1:
            own = min(max(index, _FIRST), _LAST)
            before = self._total_before(own)
            return before + (index - own) * (self._total_before(own + 1) - before)
        step = 1 if index > _ORIGIN else -1
        for i in range(_ORIGIN, index, step):
            if i + step not in self._before:
                own_total = self._block_from(min(i, i + step), 0).opened[-1]
                self._before[i + step] = self._before[i] + step * own_total
        return self._before[index]

    def _work_out(self, index: int) -> _Block:
        return self._block_from(index, self._total_before(index))

    def _block_from(self, index: int, total: int) -> _Block:
        """Block `index`, before which the total is `total`."""
        self.worked_out += 1
        own = min(max(index, _FIRST), _LAST)
        shift = (index - own) * _BLOCK
        starts, opened = [index * _BLOCK], [total, total]
        for start, end in self._source(own * _BLOCK, (own + 1) * _BLOCK):
            total += end - start
            starts.append(start + shift)
            opened.append(total)
        return _Block(starts, opened)
