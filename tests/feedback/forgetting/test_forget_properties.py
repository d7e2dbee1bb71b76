"""What holds whatever a case looks like when a customer is forgotten."""

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from feedback.cases.case import Case, Cycle, Note
from feedback.cases.counting import contributions, counted
from feedback.cases.customer import Customer
from feedback.forgetting.forget import forgotten, obeyed
from harness.cases import (
    HOUR,
    NOON,
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

LATER = NOON + 1000 * HOUR
WORDS = ("harika bir ekip", "berbat, rezalet", "the refund never came")
PEOPLE = frozenset({HER})

_people = st.sampled_from((None, HER, HIM))
_texts = st.sampled_from((None, *WORDS))
_ats = st.integers(-5, 5).map(lambda hours: NOON + hours * HOUR)
_tickets = st.none() | st.builds(
    lambda who, created, excluded, resolved: a_ticket(
        requester=who,
        contact="sealed",
        locale="tr-TR",
        url="https://desk.example/7",
        created_at=created,
        excluded=excluded,
        cycles=(Cycle(created, resolved, ("ayse",)),),
    ),
    _people,
    _ats,
    st.sampled_from((None, None, "spam")),
    st.none() | _ats,
)
_surveys = st.builds(
    lambda n, state, who: a_survey(
        id=f"a{n}",
        state=state,
        sent_at=NOON if state in ("sent", "closed") else None,
        people=() if who is None or state == "planned" else (who, "c3" * 16),
    ),
    st.integers(1, 3),
    st.sampled_from(("planned", "ready", "sent", "closed", "withheld")),
    _people,
)
_answers = st.builds(
    lambda n, who, edits: an_answer(
        id=f"a{n}",
        customer=who,
        revisions=tuple(a_revision(score, at, text) for at, score, text in sorted(edits, key=lambda e: e[0])),
    ),
    st.integers(1, 3),
    _people,
    st.lists(st.tuples(_ats, st.integers(1, 5), _texts), min_size=1, max_size=3, unique_by=lambda e: e[0]),
)
_voices = st.builds(
    lambda n, kind, who, at, text: a_voice(
        kind,
        text,
        id=f"v{n}",
        at=at,
        customer=None if kind == "report" else who,
        url="https://x.example/@her",
    ),
    st.integers(1, 3),
    st.sampled_from(("mention", "exit", "report")),
    _people,
    _ats,
    _texts,
)
_follow_ups = st.builds(
    lambda about, state: a_follow_up(
        id=f"f-{about}", about=about, state=state, notes=(Note(at=NOON, by="can", outcome="Bora is angry"),)
    ),
    st.sampled_from(("a1", "a2", "v1")),
    st.sampled_from(("open", "contacted", "withdrawn")),
)


def _id(thing: Any) -> str:
    return str(thing.id)


def _one_each(things: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(things, max_size=3, unique_by=_id).map(tuple)


CASES = st.builds(
    lambda ticket, surveys, answers, voices, follow_ups: a_case(
        ticket=ticket,
        surveys=() if ticket is None else surveys,
        answers=answers,
        voices=voices,
        follow_ups=follow_ups,
    ),
    _tickets,
    _one_each(_surveys),
    _one_each(_answers),
    _one_each(_voices),
    _one_each(_follow_ups),
)


def adds(case: Case) -> Amounts:
    """What `case` contributes."""
    into: Amounts = {}
    contributions(case, 3600, 1, into)
    return into


def stored(case: Case) -> bytes:
    """Its bytes."""
    return msgspec.json.encode(case)


@given(CASES, st.sampled_from((NOON - 2 * HOUR, NOON + 2 * HOUR, LATER)))
def test_numbers_stay_exactly_as_they_were(case: Case, until: int) -> None:
    totals: Amounts = {}
    known = counted(case, totals)

    gone = forgotten(known, PEOPLE, until)

    assert adds(gone) == adds(case)
    again: Amounts = {}
    counted(gone, again)
    assert all(measure.endswith("withheld.erased") for numbers in again.values() for measure in numbers)


@given(CASES)
def test_no_trace_is_left(case: Case) -> None:
    """Where everybody who is named is her: nobody else's words are then in it."""
    hers = msgspec.json.decode(stored(case).replace(HIM.encode(), HER.encode()), type=Case)
    voices = tuple(replace(one, customer=HER) for one in hers.voices if one.kind != "report")
    answers = tuple(replace(one, customer=HER) for one in hers.answers)
    said = {one.id for one in answers} | {one.id for one in voices}
    follow_ups = tuple(one for one in hers.follow_ups if one.about in said)
    named = replace(hers, answers=answers, voices=voices, follow_ups=follow_ups)

    left = stored(forgotten(named, PEOPLE, LATER)).decode()

    assert HER not in left
    for text in (*WORDS, "https://x.example", "Bora"):
        assert text not in left
    if named.ticket is not None and named.ticket.requester is not None:
        assert "sealed" not in left
        assert "tr-TR" not in left


@given(CASES, st.sampled_from((NOON, LATER)))
def test_forgetting_again_changes_nothing(case: Case, until: int) -> None:
    once = forgotten(case, PEOPLE, until)

    assert forgotten(once, PEOPLE, until) == once
    assert obeyed(once, {HER: Customer(id=HER, erased_at=until)}) == once


@given(CASES)
def test_nobody_else_loses_a_word(case: Case) -> None:
    left = forgotten(case, PEOPLE, LATER)

    his = [one for one in case.voices if one.customer == HIM or one.kind == "report"]
    assert [one for one in left.voices if one in his] == his
    if HER not in case.people():
        assert left == case
