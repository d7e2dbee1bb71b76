"""How fast a reader goes on after failures (pure)."""

from typing import Final

_PAUSES: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0)
_SHRINKS: Final = 4
_GROWS: Final = 2


class Pace:
    """How long to wait after a failure, and how many records to take at a time (`portion`, at most `most`).

    A portion that a slow network doesn't carry in time would fail for ever: after a failure it is a quarter,
    and twice as much with each that succeeds.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._failures = 0
        self.portion = most

    def failed(self) -> float:
        """A turn has failed; gives the seconds to wait before the next, more with each in a row."""
        pause = _PAUSES[min(self._failures, len(_PAUSES) - 1)]
        self._failures += 1
        self.portion = max(1, self.portion // _SHRINKS)
        return pause

    def succeeded(self, *, took: bool) -> None:
        """A turn has succeeded; `took` some records."""
        self._failures = 0
        if took:
            self.portion = min(self._most, self.portion * _GROWS)
