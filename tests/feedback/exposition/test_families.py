"""What a scrape shows of cases that were written to the store."""

import time
from collections.abc import Callable
from typing import get_args

import pytest
from msgspec.structs import replace
from prometheus_client.parser import text_string_to_metric_families

from feedback.cases.case import Case, Reason
from feedback.exposition import families
from feedback.sentiment.weights import Label
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
from harness.scraping import Samples, value

BILLING = {"source": "acme", "team": "billing", "channel": "email"}
SCORES = {"csat": range(1, 6), "nps": range(11), "ces": range(1, 8)}

Scrape = Callable[..., Samples]
Expose = Callable[..., str]


@pytest.fixture
def filled(cases: Cases) -> Cases:
    """Answers on usual and other scales, surveys sent and withheld, voices, follow-ups."""
    now = time.time_ns() // 1000
    cases.put(
        a_case("1", answers=(an_answer(5, "harika"),), surveys=(a_survey(),)),
        a_case("2", answers=(an_answer(1, "berbat"),), surveys=(a_survey(),), follow_ups=(a_follow_up(),)),
        a_case("3", answers=(an_answer(9, survey="nps", name="loyalty", scale=10),)),
        a_case("4", answers=(an_answer(2, scale=2), an_answer(7, id="a2", name="stars", scale=10))),
        a_case("5", surveys=(a_survey(state="withheld", reason="cooldown", sent_at=None),)),
        shard=0,
    )
    open_yet = a_follow_up(id="f2", rule="mention", about="v1", due_at=now + HOUR)
    done = a_follow_up(id="f3", state="contacted")
    cases.put(
        a_case("6", ticket=None, voices=(a_voice(),), follow_ups=(open_yet, done)),
        a_case("7", voices=(a_voice("exit", "kötüydü"),)),
        a_case("8", ticket=a_ticket(excluded="spam"), answers=(an_answer(1),), follow_ups=(a_follow_up(),)),
        shard=1,
    )
    return cases


def test_answers_are_counted_by_score_and_writers_add_up(scrape: Scrape, filled: Cases) -> None:
    filled.put(a_case("9", answers=(an_answer(5),)), shard=2)

    found = scrape()

    csat = {n: value(found, "helpdesk_csat_responses_total", **BILLING, score=str(n)) for n in SCORES["csat"]}
    assert csat == {1: 1, 2: 0, 3: 0, 4: 0, 5: 2}
    assert value(found, "helpdesk_nps_responses_total", **BILLING, score="9") == 0


def test_own_question_sets_are_counted_by_question_on_their_scale(scrape: Scrape, filled: Cases) -> None:
    found = scrape()

    assert value(found, "helpdesk_question_responses_total", question="loyalty", score="9") == 1
    assert value(found, "helpdesk_question_responses_total", question="loyalty", score="0") == 0
    assert value(found, "helpdesk_question_responses_total", question="stars", score="7") == 1
    assert value(found, "helpdesk_question_responses_total", question="stars", score="0") is None
    assert value(found, "helpdesk_question_responses_total", question="csat", score="5") is None


def test_answers_on_another_scale_or_to_an_unknown_question_are_counted_elsewhere(
    scrape: Scrape, filled: Cases
) -> None:
    filled.put(a_case("9", answers=(an_answer(5, name="gone"), an_answer(3, id="a2", name="stars"))))

    found = scrape()

    name = "helpdesk_feedback_other_scale_responses_total"
    counts = {survey: value(found, name, **BILLING, survey=survey) for survey in ("csat", "stars", "other")}
    assert counts == {"csat": 1, "stars": 1, "other": 1}
    assert value(found, name, **BILLING, survey="loyalty") == 0


def test_surveys_are_counted_as_sent_or_withheld_by_reason(scrape: Scrape, filled: Cases) -> None:
    old = a_survey(name="gone", state="withheld", reason="not_configured", sent_at=None)
    filled.put(a_case("9", surveys=(old,)))

    found = scrape()

    withheld = "helpdesk_surveys_withheld_total"
    assert value(found, "helpdesk_surveys_sent_total", **BILLING, survey="csat") == 2
    assert value(found, "helpdesk_surveys_sent_total", **BILLING, survey="loyalty") == 0
    assert value(found, withheld, **BILLING, survey="csat", reason="cooldown") == 1
    assert value(found, withheld, **BILLING, survey="other", reason="not_configured") == 1
    for reason in get_args(Reason):
        assert value(found, withheld, **BILLING, survey="loyalty", reason=reason) == 0


def test_what_was_read_and_said_unasked_is_counted(scrape: Scrape, filled: Cases) -> None:
    found = scrape()

    review = {"source": "acme", "team": "other", "channel": "review"}
    polarities = {
        polarity: value(found, "helpdesk_feedback_sentiment_total", **BILLING, polarity=polarity)
        for polarity in get_args(Label)
    }
    assert polarities == {"positive": 1, "negative": 2, "neutral": 0, "unknown": 0}
    assert value(found, "helpdesk_feedback_sentiment_total", **review, polarity="positive") == 1
    assert value(found, "helpdesk_feedback_mentions_total", **review) == 1
    assert value(found, "helpdesk_feedback_exits_total", **BILLING) == 1
    assert value(found, "helpdesk_feedback_exits_total", **review) == 0


def test_follow_ups_are_those_that_wait_now(scrape: Scrape, filled: Cases) -> None:
    found = scrape()

    def waiting(state: str, team: str, rule: str) -> float | None:
        return value(found, f"helpdesk_follow_ups_{state}", source="acme", team=team, rule=rule)

    assert (waiting("open", "billing", "detractor"), waiting("overdue", "billing", "detractor")) == (1, 1)
    assert (waiting("open", "other", "mention"), waiting("overdue", "other", "mention")) == (1, 0)
    assert (waiting("open", "billing", "mention"), waiting("overdue", "other", "detractor")) == (0, 0)


def test_follow_ups_are_found_by_an_index(filled: Cases) -> None:
    plan = filled.store.database["cases"].find({"follow_up_due": {"$gt": 0}}).explain()

    assert plan["executionStats"]["totalDocsExamined"] == 3
    assert "'indexName': 'follow_up_due'" in str(plan["queryPlanner"]["winningPlan"])


def test_a_known_label_set_is_in_every_family_from_zero(scrape: Scrape, cases: Cases) -> None:
    cases.put(a_case(surveys=(a_survey(),)))

    found = scrape()

    for kind, scores in SCORES.items():
        for score in scores:
            assert value(found, f"helpdesk_{kind}_responses_total", **BILLING, score=str(score)) == 0
    for polarity in get_args(Label):
        assert value(found, "helpdesk_feedback_sentiment_total", **BILLING, polarity=polarity) == 0
    for rule in families.RULES:
        place = {"source": "acme", "team": "billing", "rule": rule}
        assert value(found, "helpdesk_follow_ups_open", **place) == 0


def test_no_counter_ever_falls(scrape: Scrape, filled: Cases) -> None:
    before = scrape()

    def edited(case: Case) -> Case:
        (answer,) = case.answers
        revisions = (*answer.revisions, a_revision(5, NOON + 9 * HOUR, "harika"))
        return replace(case, answers=(replace(answer, revisions=revisions),))

    filled.edit(a_case("2"), edited)
    filled.edit(a_case("1"), lambda case: replace(case, ticket=a_ticket(excluded="deleted")))
    filled.edit(a_case("3"), lambda case: replace(case, ticket=a_ticket(team="orders"), answers=()))
    after = scrape()

    counters = {place: n for place, n in before.items() if place[0].endswith("_total")}
    assert {place: after[place] for place in counters} == counters


def test_values_beyond_the_cap_are_other_and_counted(scrape: Scrape, cases: Cases) -> None:
    cases.put(a_case("1", answers=(an_answer(5),)))
    assert value(scrape(1), "helpdesk_feedback_folded_label_sets") == 0

    cases.put(a_case("2", ticket=a_ticket(team="orders"), answers=(an_answer(4),)))
    found = scrape(1)

    other = {**BILLING, "team": "other"}
    assert value(found, "helpdesk_csat_responses_total", **other, score="4") == 1
    assert value(found, "helpdesk_csat_responses_total", **BILLING, score="5") == 1
    assert value(found, "helpdesk_feedback_folded_label_sets") == 1


def test_the_exposition_is_sound_and_names_no_person(expose: Expose, filled: Cases) -> None:
    seen: set[tuple[str, str]] = set()
    for family in text_string_to_metric_families(expose()):
        assert family.name.startswith("helpdesk_")
        assert family.documentation.endswith(".")
        assert family.samples, family.name
        for sample in family.samples:
            assert sample.timestamp is None
            assert not {"agent", "ticket", "customer"} & sample.labels.keys()
            place = (sample.name, repr(sorted(sample.labels.items())))
            assert place not in seen
            seen.add(place)
        if family.type == "counter":
            assert all(sample.name.endswith("_total") for sample in family.samples)


def test_every_answer_is_in_exactly_one_family(expose: Expose, filled: Cases) -> None:
    shown = sum(
        sample.value
        for family in text_string_to_metric_families(expose())
        if family.name.endswith("_responses")
        for sample in family.samples
    )

    assert shown == 5
