"""What the made-up helpdesk's customers say of it, the same for the same week (pure)."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

_SEED: Final = 4_711
_ANSWERED: Final = 0.45
_SCORES: Final = {5: 11, 4: 7, 3: 3, 2: 2, 1: 2}
_WORDS: Final[dict[int, tuple[str | None, ...]]] = {
    5: (
        *("Çok hızlı ve nazik bir destek, teşekkürler!", "Solved in no time, thank you.", None, None),
        "Rezalet bir hizmet, hiç memnun değilim.",
    ),
    4: ("Yardımcı oldunuz, memnun kaldım.", "Friendly and clear.", None, None),
    3: ("Sonunda oldu ama iki kez yazmam gerekti.", None),
    2: ("Cevap gelene kadar bir gün bekledim.", "Took far too long.", None),
    1: ("Sorunum hâlâ çözülmedi, çok kötü bir deneyim.", "Nobody understood my problem. Terrible."),
}


def answers(week: Sequence[dict[str, Any]], end: datetime) -> list[dict[str, Any]]:
    """CSAT answers to tickets that were resolved in the `week` (the events of `demo.week`), before `end`."""
    rng = Random(_SEED)  # noqa: S311 # traffic, no secret
    asked = [answer for event in _resolved(week) if (answer := _answer(rng, event))]
    return [answer for answer in asked if datetime.fromisoformat(answer["time"]) < end]


def _resolved(week: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The first resolution of each ticket."""
    seen = set()
    for event in week:
        if event["data"].get("status") == "resolved" and event["subject"] not in seen:
            seen.add(event["subject"])
            yield event


def _answer(rng: Random, resolved: dict[str, Any]) -> dict[str, Any] | None:
    if rng.random() > _ANSWERED:
        return None
    score = rng.choices(list(_SCORES), list(_SCORES.values()))[0]
    moment = datetime.fromisoformat(resolved["time"]) + timedelta(minutes=rng.randrange(20, 900))
    comment = rng.choice(_WORDS[score])
    said = {} if comment is None else {"comment": comment}
    return {
        **resolved,
        "id": f"demo-answer-{resolved['subject']}",
        "type": "feedback.rated",
        "time": moment.isoformat(),
        "data": {"survey": "csat", "score": score, "ticket": resolved["subject"], **said},
    }
