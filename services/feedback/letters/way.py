"""What a way to customers is, and the four ways in which sending a letter ends."""

from collections.abc import Callable
from typing import Protocol

from feedback.cases.case import Reason
from feedback.letters.letter import Letter

Leaving = Callable[[], None]
"""Called once, right before the letter may leave. Raises Withdrawn where it mustn't any more."""

Link = Callable[[str, int], str]
"""The address of the survey page for a survey's id and expiry (µs). It is a secret: who has it may answer."""


class NotSent(Exception):
    """Surely not sent; it may work later. `cause` names no address; `slow`: it will hardly pass by itself,
    somebody has to repair what `cause` says."""

    def __init__(self, cause: str, *, slow: bool = False) -> None:
        super().__init__(cause)
        self.cause = cause
        self.slow = slow


class Undeliverable(Exception):
    """Surely not sent, and never will be: there is no such customer for us. `cause` names no address."""

    def __init__(self, cause: str, reason: Reason = "undeliverable") -> None:
        super().__init__(cause)
        self.cause = cause
        self.reason = reason


class Lost(Exception):
    """It was handed over, and the answer was lost: nobody knows whether it was sent."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class Withdrawn(Exception):
    """It is not to be sent, or not by us any more."""


class Way(Protocol):
    """A way to customers."""

    def send(self, letter: Letter, now: int, leaving: Leaving) -> None:
        """Return once `letter` was taken over at `now` (µs). Calls `leaving`; before that nothing has left.
        Raises NotSent, Undeliverable, Lost, and what `leaving` raises."""
