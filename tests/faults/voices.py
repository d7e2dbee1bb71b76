"""Answers to another tool's survey: what the feedback worker reads and counts by itself."""

import json

from events.codec import key
from events.topics import FEEDBACK
from feedback import audit
from feedback.store import Store
from rollups.store import flat
from streams.publisher import Message, Publisher

_TICKETS = 1000


def voice(number: int) -> Message:
    """An answer to another tool's survey, of one of a thousand tickets."""
    ticket, subject = str(number % _TICKETS), f"answer-{number}"
    event = {
        "specversion": "1.0",
        "id": f"v{number}",
        "source": "demo",
        "type": "feedback.rated",
        "time": f"2026-05-04T09:{number // 60 % 60:02}:{number % 60:02}Z",
        "subject": subject,
        "data": {"survey": "csat", "score": 1 + number % 5, "ticket": ticket},
    }
    return Message(FEEDBACK, key("demo", subject).encode(), json.dumps(event).encode())


def publish(bootstrap: str, numbers: range) -> None:
    """Have these voices on `helpdesk.feedback`."""
    publisher = Publisher(bootstrap)
    publisher.publish([voice(number) for number in numbers], timeout=60)
    publisher.close()


def reached(store: Store) -> dict[int, int]:
    """How far each partition of `helpdesk.feedback` has been read."""
    found = store.database["positions"].find({"topic": FEEDBACK})
    return {document["partition"]: document["offset"] for document in found}


def losses(store: Store, voices: int) -> tuple[int, int]:
    """How many of so many voices no case has, and how many are there, or in the durable totals, too often.
    Raises AssertionError where the aggregates aren't those of the cases."""
    assert audit.verify(store, lambda _done: None) == []
    names = [document["_id"] for document in store.database["cases"].find({}, {"_id": 1})]
    answers = [answer.id for case in store.cases(names).values() for answer in case.answers]
    counted = sum(
        amount
        for _, numbers in store.totals.read(None, None, (), {})
        for measure, amount in flat(numbers)
        if measure.startswith("answers.")
    )
    there = len(set(answers))
    return voices - min(there, counted), max(len(answers), counted) - there
