"""Demonstration traffic in two halves, so that every counter is there before it grows."""

from datetime import UTC, datetime
from typing import Any

from local import demo, voices

Events = list[dict[str, Any]]
_NPS = (10, 9, 7, 3)


def halves() -> tuple[Events, Events]:
    """A week of tickets and of what customers said of them, and its second half after its first."""
    end = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    week = demo.week(end)
    answers = voices.answers(week, end)
    events = sorted([*week, *answers, *_nps(answers)], key=lambda event: (event["time"], event["id"]))
    middle = len(events) // 2
    return events[:middle], events[middle:]


def _nps(answers: Events) -> Events:
    """An answer on 0-10 from whoever answered on 1-5."""
    return [
        {
            **answer,
            "id": f"{answer['id']}-nps",
            "data": {"survey": "nps", "score": _NPS[index % len(_NPS)], "ticket": answer["subject"]},
        }
        for index, answer in enumerate(answers)
    ]
