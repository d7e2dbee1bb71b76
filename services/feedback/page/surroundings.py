"""What the survey page needs of its surroundings: one protocol, so that it knows no store and no broker."""

from dataclasses import dataclass
from typing import Literal, Protocol

from feedback.config import Questionnaire

Standing = Literal["open", "closed", "erased"]
"""open: may be answered. closed: may not, for whatever reason. erased: what was known of it is destroyed."""


@dataclass(frozen=True, slots=True)
class Present:
    """The answer as it stands."""

    score: int
    comment: str | None


@dataclass(frozen=True, slots=True)
class Open:
    """A survey as the page finds it; `locale` is its ticket's (`tr-TR`)."""

    questionnaire: Questionnaire
    locale: str | None = None
    present: Present | None = None
    standing: Standing = "open"


@dataclass(frozen=True, slots=True)
class Given:
    """An answer, given at `at` (µs) on the page in `language`. It replaces an earlier one."""

    score: int
    comment: str | None
    language: str
    at: int


class Surroundings(Protocol):
    """Surveys, and where answers go.

    Each method raises `streams.publisher.Unavailable` where it couldn't do its work in time; it may have
    done it nevertheless, so the page has people send it again. What it returned from is durable.
    """

    def find(self, survey_id: str) -> Open | None:
        """The survey, None where nobody knows it."""

    def store(self, survey_id: str, given: Given) -> None:
        """Take an answer, or what it was changed to."""

    def add(self, survey_id: str, text: str, language: str, at: int) -> None:
        """Take what a customer wanted to say beside the answer, at `at` (µs)."""

    def stop(self, survey_id: str, at: int) -> None:
        """Never ask this customer again."""
