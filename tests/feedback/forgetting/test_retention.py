"""What is forgotten because it has been kept for long enough."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from pymongo import MongoClient

from events.instants import SECOND
from feedback.audit import verify
from feedback.cases.case import Case, Cycle, Note
from feedback.cases.counting import contributions
from feedback.cases.customer import Customer, Mood
from feedback.config import Retention
from feedback.forgetting import retention
from feedback.forgetting.ageing import aged, oldest_name, oldest_words, without_names, without_words
from feedback.forgetting.destructions import Destructions
from feedback.forgetting.retention import Retained, retain
from feedback.store import database_name
from harness.cases import (
    HOUR,
    NOON,
    Cases,
    a_case,
    a_follow_up,
    a_revision,
    a_survey,
    a_ticket,
    a_voice,
    an_answer,
)
from harness.forgetting import HER, HIM
from rollups.amounts import Amounts

DAY = 86_400 * SECOND
KEEP = Retention(comments="10d", people="20d")

_days = st.integers(0, 30).map(lambda days: NOON + days * DAY)
_cases = st.builds(
    lambda created, answered, edited, spoke, noted: a_case(
        ticket=a_ticket(
            requester=HER, contact="sealed", created_at=created, cycles=(Cycle(created, created + HOUR),)
        ),
        surveys=(a_survey(people=(HER,), resolved_at=created + HOUR, sent_at=created + 2 * HOUR),),
        answers=(
            an_answer(
                customer=HER,
                revisions=tuple(
                    a_revision(3, at, text)
                    for at, text in sorted({answered: "berbat", edited: "iyi oldu"}.items())
                ),
            ),
        ),
        voices=(a_voice(at=spoke, customer=HIM, url="https://x.example/@him"),),
        follow_ups=(a_follow_up(notes=(Note(at=noted, by="can", outcome="Bora"),)),),
    ),
    *(_days for _ in range(5)),
)


def adds(case: Case) -> Amounts:
    """What `case` contributes."""
    into: Amounts = {}
    contributions(case, 3600, 1, into)
    return into


@given(_cases, _days)
def test_after_a_moment_nothing_older_is_left_and_numbers_stay(case: Case, until: int) -> None:
    wordless, nameless = without_words(case, until), without_names(case, until)

    assert (oldest_words(wordless) or until + 1) > until
    assert (oldest_name(nameless) or until + 1) > until
    assert adds(wordless) == adds(nameless) == adds(case)
    assert without_words(case, (oldest_words(case) or 0) - 1) == case
    assert without_names(case, (oldest_name(case) or 0) - 1) == case


@pytest.mark.parametrize(
    ("customer", "becomes"),
    [
        (Customer(id=HER, asked_at=NOON, moods=(Mood(NOON, 0.5),), linked=(HIM,)), None),
        (
            Customer(id=HER, asked_at=NOON, opted_out_at=NOON, linked=(HIM,)),
            Customer(id=HER, opted_out_at=NOON),
        ),
        (Customer(id=HER, opted_out_at=NOON, opted_in_at=NOON + 1), None),
        (Customer(id=HER, erased_at=NOON), Customer(id=HER, erased_at=NOON)),
        (
            Customer(id=HER, asked_at=NOON + 2 * DAY, linked=(HIM,)),
            Customer(id=HER, asked_at=NOON + 2 * DAY, linked=(HIM,)),
        ),
        (
            Customer(id=HER, asked_at=NOON, moods=(Mood(NOON, 0.5), Mood(NOON + 2 * DAY, 0.1))),
            Customer(id=HER, moods=(Mood(NOON + 2 * DAY, 0.1),)),
        ),
    ],
)
def test_of_a_customer_wishes_and_what_is_new_stay(customer: Customer, becomes: Customer | None) -> None:
    assert aged(customer, NOON + DAY) == becomes


@pytest.fixture
def cases(mongo: MongoClient[Any], database: str) -> Cases:
    return Cases(mongo, database_name(database))


def said(days: int) -> Case:
    """A case of its own in which somebody answered so many days after NOON."""
    at = NOON + days * DAY
    ticket = a_ticket(requester=HER, created_at=at, cycles=(Cycle(at, at),))
    return a_case(f"day {days}", ticket=ticket, answers=(an_answer(2, "berbat", customer=HER, at=at),))


def test_texts_go_first_then_people_and_the_record_says_how_many(cases: Cases) -> None:
    cases.put(*(said(days) for days in range(0, 30, 3)))
    cases.store.transact(lambda s: cases.store.save_customers([Customer(id=HER, asked_at=NOON)], s))
    seen: list[int] = []

    done = retain(cases.store, KEEP, NOON + 27 * DAY, seen.append)

    assert done == Retained(comments=6, people=3, customers=1)
    assert sum(seen) == 10
    left = cases.store.cases(f"acme/day {days}" for days in range(0, 30, 3))
    words = {name for name, case in left.items() if case.answers[0].latest.comment is not None}
    assert words == {"acme/day 18", "acme/day 21", "acme/day 24", "acme/day 27"}
    named = {name for name, case in left.items() if HER in case.people()}
    assert named == left.keys() - {"acme/day 0", "acme/day 3", "acme/day 6"}
    assert cases.store.customers([HER]) == {}
    assert verify(cases.store) == []
    (entry,) = Destructions(cases.store.database).latest(5)
    assert (entry.what, entry.pseudonyms) == ("retention", [])
    assert entry.destroyed == {"comments": 6, "people": 3, "customers": 1}


def test_a_second_time_there_is_nothing_to_do_and_nothing_to_record(cases: Cases) -> None:
    cases.put(said(0))
    retain(cases.store, KEEP, NOON + 27 * DAY)

    assert retain(cases.store, KEEP, NOON + 27 * DAY + 1) == Retained()
    assert len(Destructions(cases.store.database).latest(5)) == 1


class Enough(Exception):
    """The process stops."""


def test_work_that_was_broken_off_goes_on_where_it_stopped(
    cases: Cases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "PORTION", 2)
    cases.put(*(said(days) for days in range(5)))

    def stop(_done: int) -> None:
        raise Enough

    with pytest.raises(Enough):
        retain(cases.store, KEEP, NOON + 15 * DAY, stop)
    assert retain(cases.store, KEEP, NOON + 15 * DAY).comments == 3
    recorded = Destructions(cases.store.database).latest(5)
    assert sum(entry.destroyed["comments"] for entry in recorded) == 5


def test_what_comes_back_late_is_forgotten_the_next_night(cases: Cases) -> None:
    cases.put(said(0))
    retain(cases.store, KEEP, NOON + 15 * DAY)
    cases.edit(said(0), lambda case: replace(case, voices=(a_voice(text="geç geldi", at=NOON),)))

    assert retain(cases.store, KEEP, NOON + 16 * DAY).comments == 1
    (case,) = cases.store.cases(["acme/day 0"]).values()
    assert case.voices[0].text is None
