"""The wish to stop, as a thing that can be waited for."""

import signal
import threading
from types import FrameType


class Stop:
    """Set once, by SIGTERM, SIGINT or a caller; never unset."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def on_signals(self) -> "Stop":
        """Stop on SIGTERM and SIGINT. Call it in the main thread."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._handle)
        return self

    def _handle(self, _number: int, _frame: FrameType | None) -> None:
        self._event.set()

    def set(self) -> None:
        """Ask to stop."""
        self._event.set()

    def is_set(self) -> bool:
        """Whether somebody asked to stop."""
        return self._event.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait `seconds` at most; True once somebody asked to stop."""
        return self._event.wait(seconds)
