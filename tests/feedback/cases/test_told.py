"""What facts and feedback events make of a case, in whatever order they come."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.facts import TicketFacts
from feedback.cases.case import Case
from feedback.cases.counting import contributions
from feedback.cases.told import MOST, CaseFull, place_of, text_of, with_facts, with_said
from feedback.scores.answers import OutOfScale
from harness.voices import Said, facts, said, us
from rollups.amounts import Amounts

OWNER = "feedback/0"


def told(*events: Said | TicketFacts | Case) -> Case:
    """The case that `events` and facts make in this order, from a case where one comes first."""
    case: Case | None = None
    for event in events:
        if isinstance(event, Case):
            case = event
        elif isinstance(event, TicketFacts):
            case = with_facts(case, event, OWNER)
        else:
            case = with_said(case, event, OWNER, None)
    assert case is not None
    return case


def counted(case: Case) -> Amounts:
    """What `case` contributes."""
    into: Amounts = {}
    contributions(case, 3600, 1, into)
    return into


def test_an_edited_answer_keeps_its_first_time_and_counts_with_its_last_score() -> None:
    case = told(
        said("rated", 30, "survey:s1:2", survey="csat", score=2),
        said("rated", 29, "survey:s1:1", survey="csat", score=5),
    )

    [answer] = case.answers
    assert (answer.id, answer.at, answer.latest.score) == ("s1", us(29), 2)


def test_another_tools_edited_rating_replaces_its_first() -> None:
    case = told(
        said("rated", 29, "rated:77:aaa", survey="csat", score=1, scale=2),
        said("rated", 31, "rated:77:bbb", survey="csat", score=2, scale=2),
    )

    assert [answer.latest.score for answer in case.answers] == [2]


def test_an_answer_back_and_forth_ends_as_it_was_left() -> None:
    case = told(
        *[said("rated", 30 + n, f"survey:s1:{n}", survey="csat", score=s) for n, s in enumerate((4, 1, 4))]
    )

    assert case.answers[0].latest.score == 4
    assert len(case.answers[0].revisions) == 3


def test_of_very_many_revisions_the_first_and_the_latest_stay() -> None:
    case = told(*[said("rated", n, f"survey:s1:{n:03}", survey="csat", score=n % 5 + 1) for n in range(80)])

    kept = case.answers[0].revisions
    assert len(kept) == 50
    assert (kept[0].at, kept[-1].at) == (us(0), us(79))


@pytest.mark.parametrize(("survey", "score", "scale"), [("csat", 6, None), ("csat", 0, None), ("ces", 8, 7)])
def test_a_score_off_its_scale_is_refused(survey: str, score: int, scale: int | None) -> None:
    data: dict[str, Any] = {"survey": survey, "score": score} | ({"scale": scale} if scale else {})

    with pytest.raises(OutOfScale, match=r"data\.score"):
        told(said("rated", 30, "r1", **data))


def test_an_answer_about_another_ticket_belongs_to_that_ticket() -> None:
    assert place_of(said("rated", 1, "r", subject="response-9", survey="csat", score=3, ticket="7")) == "7"
    assert place_of(said("rated", 1, "r", subject="response-9", survey="csat", score=3)) == "response-9"


def test_of_employees_only_their_team_and_mood_are_kept() -> None:
    case = told(
        said("reported", 1, "e1", subject="team", team="billing", agent="ayse", score=2, comment="yorgunuz")
    )

    assert case.voices[0].team == "billing"
    assert "ayse" not in repr(case)
    assert text_of(said("reported", 1, "e1", subject="team", comment="yorgunuz")) is None


def test_a_remark_said_anew_replaces_the_first() -> None:
    case = told(
        said("mentioned", 2, "more:s1:2", text="yeni", channel="survey"),
        said("mentioned", 1, "more:s1:1", text="eski", channel="survey"),
    )

    assert [voice.text for voice in case.voices] == ["yeni"]


def test_a_case_takes_so_many_remarks_and_no_more_but_known_ones_again() -> None:
    full = told(*[said("mentioned", 1, f"m{n}", text="iyi", channel="x") for n in range(MOST)])

    assert told(full, said("mentioned", 1, "m7", text="iyi", channel="x")) == full
    with pytest.raises(CaseFull, match="subject"):
        told(full, said("mentioned", 1, "one-more", text="iyi", channel="x"))


def test_an_answer_before_its_tickets_facts_counts_as_one_after_them() -> None:
    answer = said("rated", 30, "r1", survey="csat", score=5, team="elsewhere")
    of_ticket = facts([(0, 2)], credited=[["ayse", "mehmet"]])

    assert counted(told(answer, of_ticket)) == counted(told(of_ticket, answer))
    labels = {place.labels for place in counted(told(answer, of_ticket))}
    assert labels == {("acme", "billing", "email", agent) for agent in (None, "ayse", "mehmet")}


EVENTS = [
    facts([(0, None)], version=1),
    facts([(0, 2)], version=2),
    facts([(0, 2), (5, 9)], version=4, team="orders", credited=[["ayse"], ["mehmet"]]),
    said("rated", 3, "survey:s1:1", survey="csat", score=5),
    said("rated", 4, "survey:s1:2", survey="csat", score=1),
    said("rated", 10, "rated:1:x", survey="nps", score=9),
    said("rated", 11, "rated:1:y", survey="nps", score=3),
    said("mentioned", 6, "m1", text="güzel", channel="x"),
    said("mentioned", 7, "more:s1:1", text="ek", channel="survey"),
    said("exited", 8, "x1", customer="c" * 32, reason="price"),
]


@given(st.permutations(EVENTS), st.lists(st.sampled_from(EVENTS), max_size=6))
def test_any_order_and_any_repetition_give_the_same_case(order: list[Any], again: list[Any]) -> None:
    assert told(*order, *again) == told(*EVENTS)
