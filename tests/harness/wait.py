"""Waiting for a condition instead of for a time."""

from collections.abc import Callable
from threading import Event
from time import monotonic
from typing import TypeVar

_T = TypeVar("_T")


def until(condition: Callable[[], _T], deadline_seconds: float, what: str) -> _T:
    """Ask `condition` until what it gives is true, and give that back.

    Raises AssertionError, which says `what` was waited for and what came last, after `deadline_seconds`.
    """
    deadline, pause = monotonic() + deadline_seconds, Event()
    while True:
        value = condition()
        if value:
            return value
        if monotonic() > deadline:
            raise AssertionError(f"waited {deadline_seconds} s for {what}; the last look gave {value!r}")
        pause.wait(0.02)
