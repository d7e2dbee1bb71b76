"""Cases with one overridable default, and a store of a test's own that they are written to."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace
from pymongo import MongoClient

from events.instants import SECOND
from feedback.cases.case import Answer, Case, Cycle, FollowUp, Revision, Survey, Ticket, Voice
from feedback.sentiment.reading import Reading, read
from feedback.store import Change, Store

HOUR = 3600 * SECOND
NOON = 1_793_620_800 * SECOND  # 2026-11-02T12:00:00Z, a Monday


def a_ticket(**changes: Any) -> Ticket:
    """A ticket of billing by e-mail, resolved at NOON; ayse is credited."""
    ticket = Ticket(
        version=1,
        created_at=NOON - HOUR,
        team="billing",
        channel="email",
        cycles=(Cycle(NOON - HOUR, NOON, ("ayse",)),),
    )
    return replace(ticket, **changes)


def an_answer(score: int = 5, comment: str | None = None, **changes: Any) -> Answer:
    """A csat answer given two hours after NOON."""
    at = changes.pop("at", NOON + 2 * HOUR)
    answer = Answer(id="a1", survey="csat", name="csat", scale=5, revisions=(a_revision(score, at, comment),))
    return replace(answer, **changes)


def a_revision(score: int, at: int, comment: str | None = None) -> Revision:
    """A score, and a comment that has been read."""
    return Revision(at=at, event=f"e{at}", score=score, comment=comment, reading=reading(comment))


def a_survey(**changes: Any) -> Survey:
    """A csat survey about the resolution at NOON, sent an hour after it; `a1` answers it."""
    survey = Survey(
        id="a1", name="csat", resolved_at=NOON, due_at=NOON + HOUR, state="sent", sent_at=NOON + HOUR
    )
    return replace(survey, **changes)


def a_voice(kind: Any = "mention", text: str | None = "harika bir ekip", **changes: Any) -> Voice:
    """A mention in a review three hours after NOON, read; an employee's report isn't."""
    of_customer = kind != "report"
    voice = Voice(
        id="v1",
        kind=kind,
        at=NOON + 3 * HOUR,
        text=text,
        channel="review" if kind == "mention" else None,
        reading=reading(text) if of_customer else None,
    )
    return replace(voice, **changes)


def a_follow_up(**changes: Any) -> FollowUp:
    """Somebody has to speak with who gave the answer `a1`."""
    one = FollowUp(
        id="f1", rule="detractor", about="a1", owner=None, opened_at=NOON + 2 * HOUR, due_at=NOON + 50 * HOUR
    )
    return replace(one, **changes)


def a_case(subject: str = "1", **parts: Any) -> Case:
    """A case about a ticket of acme."""
    return replace(Case(source="acme", subject=subject, owner="0", ticket=a_ticket()), **parts)


def reading(text: str | None) -> Reading | None:
    """What is read in `text`."""
    return None if text is None else read(text)


class Cases:
    """The cases of a store in the database `name`."""

    def __init__(self, client: MongoClient[Any], name: str) -> None:
        self.store = Store(client, name)
        self.store.prepare()

    def put(self, *cases: Case, shard: int = 0) -> None:
        """Write `cases`, each in the place of the one of its name."""

        def write(session: Any) -> None:
            known = self.store.cases([case.key for case in cases], session)
            self.store.write([Change(known.get(case.key), case) for case in cases], shard, session)

        self.store.transact(write)

    def edit(self, case: Case, edit: Callable[[Case], Case], shard: int = 1) -> None:
        """Change what is stored under the name of `case`."""
        assert self.store.edit(case.key, edit, shard) is not None

    def clear(self) -> None:
        """Forget everything."""
        for name in ("cases", "rollups", "totals", "label_values"):
            self.store.database[name].delete_many({})
