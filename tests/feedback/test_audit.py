"""The aggregates are what the cases contribute, after any edits in any order; `verify` says where not."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymongo import MongoClient
from pymongo.read_concern import ReadConcern

from feedback.audit import verify
from feedback.cases.case import Case, Cycle
from feedback.store import Store
from harness.cases import HOUR, NOON, Cases, a_case, a_survey, a_ticket, a_voice, an_answer, reading
from rollups.store import flat

_texts = st.sampled_from((None, "harika", "berbat, iade yok", "the refund never came"))
_ats = st.integers(0, 5 * 3600).map(lambda s: NOON + s * 1_000_000)
_tickets = st.none() | st.builds(
    lambda team, excluded, agents: a_ticket(
        team=team, excluded=excluded, cycles=(Cycle(NOON - HOUR, NOON, tuple(agents)),)
    ),
    st.sampled_from(("billing", None)),
    st.sampled_from((None, None, None, "spam")),
    st.lists(st.sampled_from(("ayse", "can")), unique=True),
)
_answers = st.builds(
    lambda n, score, text, at, name: an_answer(score, text, at=at, id=f"a{n}", name=name),
    st.integers(1, 3),
    st.integers(1, 5),
    _texts,
    _ats,
    st.sampled_from(("csat", "loyalty")),
)
_surveys = st.builds(lambda n, sent: a_survey(id=f"a{n}", sent_at=sent), st.integers(1, 3), st.none() | _ats)
_voices = st.builds(
    lambda n, kind, text, at: a_voice(kind, text, id=f"v{n}", at=at, score=3 if kind == "report" else None),
    st.integers(1, 3),
    st.sampled_from(("mention", "exit", "report")),
    _texts,
    _ats,
)


def _some(things: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(things, max_size=3, unique_by=lambda thing: thing.id).map(tuple)


_cases = st.builds(
    lambda subject, ticket, answers, surveys, voices: a_case(
        subject, ticket=ticket, answers=answers, surveys=surveys, voices=voices
    ),
    st.sampled_from(("1", "2", "3")),
    _tickets,
    _some(_answers),
    _some(_surveys),
    _some(_voices),
)
_edits = st.lists(st.tuples(_cases, st.integers(0, 2)), max_size=8)


@pytest.fixture
def cases(mongo: MongoClient[dict[str, Any]], database: str) -> Cases:
    """What cases are written to."""
    return Cases(mongo, database)


def counts(store: Store) -> Counter[str]:
    """The aggregates of all, added up over buckets, labels and writers."""
    found: Counter[str] = Counter()
    for _, numbers in store.rollups.read(None, None, (), {}):
        for measure, amount in flat(numbers):
            if ".answer.all." in measure or ".delivery.all." in measure:
                found[measure] += amount
    return +found


def counted(cases: list[Case]) -> Counter[str]:
    """What they must be, counted one by one."""
    found: Counter[str] = Counter()
    for case in cases:
        if case.ticket is not None and case.ticket.excluded:
            continue
        answered = {answer.id for answer in case.answers}
        for answer in case.answers:
            found[f"{answer.name}.answer.all.5.{answer.revisions[-1].score}"] += 1
        for survey in case.surveys:
            if survey.sent_at is not None:
                found[f"response.{survey.name}.delivery.all.delivered"] += 1
                found[f"response.{survey.name}.delivery.all.answered"] += survey.id in answered
        for voice in case.voices:
            measure = "employee.answer.all.5.3" if voice.kind == "report" else f"{voice.kind}s.answer.all.n"
            found[measure] += 1
        said = [answer.revisions[-1].comment for answer in case.answers]
        said += [voice.text for voice in case.voices if voice.kind != "report"]
        for one in filter(None, map(reading, said)):
            found[f"sentiment.answer.all.{one.label}"] += 1
            found[f"tone.answer.all.{one.tone}"] += 1
            found[f"severity.answer.all.{one.severity}"] += 1
    return +found


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_edits)
def test_after_any_edits_in_any_order_the_aggregates_are_those_of_the_last(
    cases: Cases, edits: list[tuple[Case, int]]
) -> None:
    cases.clear()
    for case, shard in edits:
        cases.put(case, shard=shard)

    last = {case.key: case for case, _ in edits}
    assert verify(cases.store) == []
    assert counts(cases.store) == counted(list(last.values()))


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data(), st.lists(_cases, max_size=5, unique_by=lambda case: case.key))
def test_the_order_in_which_cases_come_makes_no_difference(
    cases: Cases, data: st.DataObject, written: list[Case]
) -> None:
    cases.clear()
    cases.put(*written)
    together = counts(cases.store)
    cases.clear()
    for case in data.draw(st.permutations(written)):
        cases.put(case)

    assert counts(cases.store) == together


def test_verify_names_what_is_wrong_and_where(cases: Cases) -> None:
    cases.put(a_case(answers=(an_answer(5),)))
    cases.store.database["rollups"].update_one(
        {"agent": None, "n.csat.answer": {"$exists": True}}, {"$inc": {"n.csat.answer.all.5.5": 2}}
    )
    cases.store.database["rollups"].delete_many({"n.csat.resolution": {"$exists": True}})

    wrong = verify(cases.store)

    assert "bucket 1793628000 of acme/billing/email/None: csat.answer.all.5.5 is 3 instead of 1" in wrong
    assert (
        "bucket 1793620800 of acme/billing/email/ayse: csat.resolution.agent.5.5 is 0 instead of 1" in wrong
    )
    assert len(wrong) == 3


def test_verify_reads_as_the_service_does_and_tells_how_far_it_is(
    mongo: MongoClient[dict[str, Any]], database: str, cases: Cases
) -> None:
    cases.put(*(a_case(str(n), answers=(an_answer(),)) for n in range(3)))
    done: list[int] = []

    assert verify(Store(mongo, database, ReadConcern("majority")), done.append) == []
    assert sum(done) == 3
