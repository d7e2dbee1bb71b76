"""Answers in the aggregates: taken back, edited, merged, credited."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.instants import SECOND
from feedback.scores.answers import (
    Answer,
    Delivery,
    Occasion,
    OutOfScale,
    contribute,
    difference,
    histograms,
)
from feedback.scores.figures import csat, nps, response_rate
from feedback.scores.measures import response, scores
from rollups.amounts import Amounts, Place

HOUR = 3600
NOON = 1_793_620_800
LATER = NOON + 26 * HOUR + 1

_occasions = st.builds(
    Occasion,
    source=st.sampled_from(("acme", "other")),
    team=st.sampled_from(("billing", None)),
    channel=st.sampled_from(("email", None)),
    resolved_at=st.none() | st.integers(0, 5 * HOUR).map(lambda s: s * SECOND),
    agents=st.frozensets(st.sampled_from(("ayse", "can", "ece"))),
)
_ats = st.integers(0, 5 * HOUR).map(lambda s: s * SECOND)
_answers = st.one_of(
    st.builds(Answer, st.just("csat"), st.integers(1, 5), st.sampled_from((5, 10)), _ats, _occasions),
    st.builds(Answer, st.just("nps"), st.integers(0, 10), st.just(10), _ats, _occasions),
    st.builds(Answer, st.just("ces"), st.integers(1, 7), st.just(7), _ats, _occasions),
)
_deliveries = st.builds(Delivery, st.just("csat"), _ats, st.booleans(), _occasions)
_many = st.lists(_answers | _deliveries, max_size=15)


def an_answer(score: int = 4, **changes: Any) -> Answer:
    occasion = Occasion(
        source="acme", team="billing", channel="email", resolved_at=NOON * SECOND, agents=frozenset({"ayse"})
    )
    return replace(Answer("csat", score, 5, LATER * SECOND, occasion), **changes)


def added(things: Iterable[Any]) -> Amounts:
    amounts: Amounts = {}
    for thing in things:
        contribute(thing, HOUR, 1, amounts)
    return amounts


def test_an_answer_stands_at_its_own_hour_and_at_that_of_the_resolution() -> None:
    answered, resolved = LATER - LATER % HOUR, NOON

    assert added([an_answer()]) == {
        Place(answered, ("acme", "billing", "email", None)): {"csat.answer.all.5.4": 1},
        Place(answered, ("acme", "billing", "email", "ayse")): {"csat.answer.agent.5.4": 1},
        Place(resolved, ("acme", "billing", "email", None)): {"csat.resolution.all.5.4": 1},
        Place(resolved, ("acme", "billing", "email", "ayse")): {"csat.resolution.agent.5.4": 1},
    }


def test_an_answer_about_no_known_resolution_counts_by_answer_alone() -> None:
    amounts = added([an_answer(occasion=Occasion(source="shop"))])

    assert list(amounts.values()) == [{"csat.answer.all.5.4": 1}]


def test_several_credited_agents_make_one_answer_of_all() -> None:
    occasion = Occasion(source="acme", agents=frozenset({"ayse", "can"}))
    summed: Counter[str] = Counter()
    for measures in added([an_answer(occasion=occasion)]).values():
        summed.update(measures)

    assert summed == {"csat.answer.all.5.4": 1, "csat.answer.agent.5.4": 2}


@given(_many)
def test_what_was_added_and_taken_back_leaves_nothing(things: list[Answer | Delivery]) -> None:
    amounts = added(things)
    for thing in things:
        contribute(thing, HOUR, -1, amounts)

    assert amounts == {}


@given(_many, _answers, _answers)
def test_an_edited_answer_is_as_if_only_the_new_one_had_been_given(
    others: list[Answer | Delivery], old: Answer, new: Answer
) -> None:
    amounts = added([old, *others])
    difference(old, new, HOUR, amounts)

    assert amounts == added([new, *others])


@given(_many, _answers)
def test_a_withdrawn_answer_is_as_if_it_had_never_been(others: list[Answer | Delivery], old: Answer) -> None:
    amounts = added([*others, old])
    difference(old, None, HOUR, amounts)

    assert amounts == added(others)


@given(st.data(), _many)
def test_the_order_of_answers_does_not_matter(data: st.DataObject, things: list[Answer | Delivery]) -> None:
    assert added(data.draw(st.permutations(things))) == added(things)


_scores = st.lists(st.integers(1, 5), max_size=40)


@given(_scores, _scores)
def test_two_histograms_added_up_score_as_all_answers_together(left: list[int], right: list[int]) -> None:
    parts = [added(an_answer(score) for score in answers) for answers in (left, right)]
    summed: Counter[str] = Counter()
    for part in parts:
        for measures in part.values():
            summed.update(measures)

    assert histograms(summed, "csat.answer.all") == ({5: Counter(left + right)} if left + right else {})
    assert scores("csat").figures(summed) == csat({5: Counter(left + right)})


def test_scales_are_never_mixed_and_the_left_out_are_counted() -> None:
    counts = {5: {5: 3, 1: 1}, 2: {2: 5}, 10: {9: 7}}

    found = csat(counts)

    assert (found.answers, found.share, found.mean, found.other_scales) == (4, 0.75, 4.0, 12)
    assert csat(counts, 2).share == 1
    assert csat(counts, 10).share is None
    assert "no share" in csat(counts, 10).formula
    assert (nps({5: {5: 9}}).nps, nps({5: {5: 9}}).other_scales) == (None, 9)


def test_a_scale_without_scores_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="nps: expected scale 10"):
        scores("nps", scale=5)
    with pytest.raises(ValueError, match="csat: expected a scale above 1"):
        scores("csat", scale=1)


@pytest.mark.parametrize(
    ("survey", "score", "scale"), [("csat", 0, 5), ("csat", 6, 5), ("ces", 8, 7), ("nps", 11, 10)]
)
def test_a_score_that_is_no_point_of_its_scale_is_refused(survey: Any, score: int, scale: int) -> None:
    with pytest.raises(OutOfScale, match=f"{survey}: expected a score from [01] to {scale}, got {score}"):
        Answer(survey, score, scale, 0, Occasion(source="acme"))


def test_too_few_is_below_what_was_configured_and_not_at_it() -> None:
    counts = {5: {5: 10}}

    assert [csat(counts, enough=enough).too_few for enough in (10, 11)] == [False, True]
    assert [response_rate(10, 1, enough).too_few for enough in (10, 11)] == [False, True]
    assert csat(counts, enough=11).share == 1


def test_a_survey_that_was_never_delivered_leaves_the_response_rate() -> None:
    occasion = Occasion(source="acme")
    things = [
        Delivery(survey, 0, answered, occasion) for survey in ("csat", "nps") for answered in (True, False)
    ]
    things.append(Delivery("csat", 0, True, occasion))
    (amounts,) = added(things).values()

    assert (response("csat").figures(amounts), response().figures(amounts)) == (
        response_rate(3, 2),
        response_rate(5, 3),
    )


@pytest.mark.parametrize("numbers", [(3, 4), (3, -1), (-1, -1)])
def test_impossible_counts_are_refused(numbers: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="expected 0 <= answered <= delivered"):
        response_rate(*numbers)
    with pytest.raises(ValueError, match="fewer than no answers"):
        csat({5: {4: -1}})


def test_a_measure_reads_what_its_figures_are_made_of() -> None:
    stored = added(
        [an_answer(occasion=an_answer().occasion), Delivery("csat", 0, True, an_answer().occasion)]
    )
    names = {name for measures in stored.values() for name in measures}

    measures = [
        make("csat", period=period, whose=whose)
        for make in (scores, response)
        for period in ("answer", "resolution")
        for whose in ("all", "agent")
    ]
    for measure in measures:
        kept = {name: 1 for name in names if name.startswith(f"{measure.reads[0]}.")}
        assert kept
        assert msgspec.structs.asdict(measure.figures(dict.fromkeys(names, 1))) == msgspec.structs.asdict(
            measure.figures(kept)
        )
