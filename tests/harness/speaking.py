"""Cases in which customers speak, with one overridable default."""

from typing import Any

from msgspec.structs import replace

from events.instants import SECOND
from feedback.cases.case import Answer, Case, Revision, Ticket, Voice
from feedback.config import FollowUps
from feedback.sentiment.reading import Reading

HOUR = 3600 * SECOND
DAY = 24 * HOUR
START = 1_795_000_000 * SECOND
RULES = FollowUps(owner="leads")


def a_reading(label: str = "negative", **changes: Any) -> Reading:
    """A calm and harmless text."""
    polarity = {"negative": -0.6, "positive": 0.6}.get(label, 0.0)
    plain: dict[str, Any] = {
        "label": label,
        "polarity": polarity,
        "confidence": 0.8,
        "language": "tr",
        "tone": "plain",
        "severity": "none",
        "method": "lexicon",
        "version": "1",
    }
    return Reading(**(plain | changes))


def a_ticket(**changes: Any) -> Ticket:
    """A ticket that nobody has."""
    return replace(Ticket(version=1, created_at=START), **changes)


def an_answer(*scores: tuple[int, int], survey: str = "csat", scale: int = 5, **changes: Any) -> Answer:
    """An answer with revisions of (when, score)."""
    revisions = tuple(Revision(at=at, event=f"rated:a:{at}", score=score) for at, score in sorted(scores))
    plain: Any = {"id": "a", "survey": survey, "name": survey, "scale": scale, "revisions": revisions}
    return Answer(**(plain | changes))


def a_mention(at: int = START, label: str = "negative", **changes: Any) -> Voice:
    """A mention that reads as negative."""
    plain: Any = {"id": "m", "kind": "mention", "at": at, "text": "…", "reading": a_reading(label)}
    return Voice(**(plain | changes))


def a_case(subject: str = "5158", **changes: Any) -> Case:
    """A case in which nothing was said."""
    return replace(Case(source="acme", subject=subject, owner="feedback/0"), **changes)
