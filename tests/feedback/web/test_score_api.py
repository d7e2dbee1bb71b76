"""Scores over HTTP, from cases that were written to the store."""

import csv
import io
from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from msgspec.structs import replace

from feedback.cases.case import Cycle
from feedback.web.score_api import PATHS
from harness.cases import HOUR, NOON, Cases, a_case, a_revision, a_survey, a_ticket, a_voice, an_answer

MEASURES = (
    "csat",
    "nps",
    "ces",
    "loyalty",
    "response_rate",
    "sentiment",
    "mentions",
    "exits",
    "employee",
)


def ask(web: FlaskClient, measure: str, **query: Any) -> Any:
    answer = web.get(f"/api/v1/feedback/{measure}", query_string=query)
    assert answer.status_code == 200, answer.text
    return answer.json


def row(web: FlaskClient, measure: str, **query: Any) -> Any:
    (one,) = ask(web, measure, **query)["rows"]
    return one


@pytest.fixture
def filled(cases: Cases) -> Cases:
    """Two tickets of billing and one of orders, asked and answered; a mention and an exit."""
    orders = a_ticket(team="orders", cycles=(Cycle(NOON - HOUR, NOON, ("can", "ece")),))
    cases.put(
        a_case("1", answers=(an_answer(5),), surveys=(a_survey(),)),
        a_case("2", answers=(an_answer(2, "berbat, para iadesi yok"),), surveys=(a_survey(),)),
        a_case("3", ticket=orders, answers=(an_answer(4),), surveys=(a_survey(),)),
        a_case("4", surveys=(a_survey(id="s4"),)),
        a_case("5", surveys=(a_survey(id="s5", state="withheld", reason="cooldown", sent_at=None),)),
    )
    cases.put(
        a_case("6", ticket=None, voices=(a_voice(), a_voice("exit", "çok kötüydünüz", id="v2"))),
        a_case(
            "7",
            answers=(an_answer(9, survey="nps", name="loyalty", scale=10),),
            surveys=(a_survey(name="loyalty"),),
        ),
        shard=1,
    )
    return cases


def test_a_report_says_what_it_is_about_and_each_row_where_it_comes_from(
    web: FlaskClient, filled: Cases
) -> None:
    found = ask(web, "csat")

    assert (found["measure"], found["unit"], found["bucket_seconds"]) == ("csat", "ratio", 3600)
    assert "satisfaction" in found["definition"]
    (only,) = found["rows"]
    assert (only["answers"], only["favourable"], only["too_few"]) == (3, 2, False)
    assert only["share"] == pytest.approx(2 / 3)
    assert only["mean"] == pytest.approx(11 / 3)
    assert only["share_low"] < only["share"] < only["share_high"]
    assert only["formula"].startswith("share = answers of 4 and 5")
    assert only["source"]


def test_an_own_question_set_is_scored_as_its_kind_and_counted_apart(web: FlaskClient, filled: Cases) -> None:
    loyalty = row(web, "loyalty")

    assert (loyalty["answers"], loyalty["nps"], loyalty["too_few"]) == (1, 100, True)
    assert ask(web, "nps")["rows"] == []


def test_the_response_rate_counts_what_was_delivered(web: FlaskClient, filled: Cases) -> None:
    found = {name: row(web, "response_rate", survey=name) for name in ("csat", "loyalty")}

    assert {name: (one["delivered"], one["answered"]) for name, one in found.items()} == {
        "csat": (4, 3),
        "loyalty": (1, 1),
    }
    together = row(web, "response_rate")
    assert (together["delivered"], together["answered"], together["rate"]) == (5, 4, 0.8)


def test_sentiment_is_counted_by_label_tone_and_severity_with_the_share_of_the_known(
    web: FlaskClient, filled: Cases
) -> None:
    found = row(web, "sentiment")

    assert (found["positive"], found["negative"], found["neutral"], found["unknown"]) == (1, 2, 0, 0)
    assert found["known"] == 3
    assert found["negative_share"] == pytest.approx(2 / 3)
    assert found["negative_low"] < found["negative_share"] < found["negative_high"]
    assert found["tone_plain"] + found["tone_sharp"] + found["tone_harsh"] == 3
    assert sum(found[f"severity_{name}"] for name in ("none", "low", "medium", "high")) == 3
    assert found["severity_medium"] == 1


def test_what_is_said_unasked_is_counted(web: FlaskClient, filled: Cases) -> None:
    mentions = ask(web, "mentions", group_by="channel")["rows"]

    assert [(one["channel"], one["count"]) for one in mentions] == [("review", 1)]
    assert row(web, "exits")["count"] == 1


def test_agents_share_an_answer_and_only_where_they_are_asked_for(web: FlaskClient, filled: Cases) -> None:
    by_agent = ask(web, "csat", group_by="agent")["rows"]
    by_team = ask(web, "csat", group_by="team")["rows"]

    assert {one["agent"]: one["answers"] for one in by_agent} == {"ayse": 2, "can": 1, "ece": 1}
    assert {one["team"]: one["answers"] for one in by_team} == {"billing": 2, "orders": 1}
    assert row(web, "csat", agent="can")["answers"] == 1
    assert row(web, "csat", agent=["can", "ayse"], team="billing")["answers"] == 2
    assert row(web, "response_rate", agent="ayse", survey="csat")["delivered"] == 3


def test_by_agent_no_tone_is_told_because_none_is_kept(web: FlaskClient, filled: Cases) -> None:
    (ayse,) = ask(web, "sentiment", group_by="agent")["rows"]

    assert (ayse["agent"], ayse["negative"], ayse["tone_plain"], ayse["severity_none"]) == (
        "ayse",
        1,
        None,
        None,
    )


def test_a_period_is_that_of_the_answers_or_of_the_resolutions(web: FlaskClient, filled: Cases) -> None:
    noon = {"from": "2026-11-02T12:00:00Z", "to": "2026-11-02T13:00:00Z"}

    assert row(web, "csat", **noon)["answers"] == 0
    assert row(web, "csat", **noon, period="resolution")["answers"] == 3
    assert row(web, "response_rate", **noon)["delivered"] == 0
    assert row(web, "response_rate", **noon, period="resolution")["delivered"] == 5


def test_answers_on_another_scale_are_told_apart(web: FlaskClient, cases: Cases) -> None:
    cases.put(a_case(answers=(an_answer(5), an_answer(2, id="a2", scale=2), an_answer(9, id="a3", scale=10))))

    assert (row(web, "csat")["answers"], row(web, "csat")["other_scales"]) == (1, 2)
    assert (row(web, "csat", scale=2)["share"], row(web, "csat", scale=10)["share"]) == (1.0, None)


def test_an_edited_answer_counts_as_it_stands_whoever_wrote_it(web: FlaskClient, filled: Cases) -> None:
    def better(case: Any) -> Any:
        (answer,) = case.answers
        revisions = (*answer.revisions, a_revision(5, NOON + 5 * HOUR, "teşekkürler, harika çözüldü"))
        return replace(case, answers=(replace(answer, revisions=revisions),))

    filled.edit(a_case("2"), better, shard=7)

    found = row(web, "csat")
    assert (found["answers"], found["favourable"]) == (3, 3)
    assert (row(web, "sentiment")["negative"], row(web, "sentiment")["positive"]) == (1, 2)


def test_an_excluded_ticket_takes_everything_with_it_and_brings_it_back(
    web: FlaskClient, cases: Cases
) -> None:
    case = a_case(answers=(an_answer(1, "berbat"),), surveys=(a_survey(),), voices=(a_voice(),))
    cases.put(case)
    before = {measure: ask(web, measure)["rows"] for measure in MEASURES}
    assert before["csat"]

    cases.edit(case, lambda one: replace(one, ticket=a_ticket(excluded="spam")))
    assert not [measure for measure in MEASURES if ask(web, measure)["rows"]]

    cases.edit(case, lambda one: replace(one, ticket=a_ticket()))
    assert {measure: ask(web, measure)["rows"] for measure in MEASURES} == before


def test_fewer_than_five_employees_have_no_mean(web: FlaskClient, cases: Cases) -> None:
    def reports(count: int) -> Any:
        return tuple(
            a_voice("report", None, id=f"v{n}", score=score, team="billing")
            for n, score in enumerate((1, 2, 3, 4, 5)[:count])
        )

    cases.put(a_case(ticket=None, voices=reports(4)))
    few = row(web, "employee")
    assert (few["answers"], few["mean"], few["mean_low"], few["too_few"]) == (4, None, None, True)

    cases.put(a_case(ticket=None, voices=reports(5)))
    enough = row(web, "employee", group_by="team")
    assert (enough["answers"], enough["mean"], enough["too_few"]) == (5, 3.0, False)


@pytest.mark.parametrize("measure", MEASURES)
def test_answers_fit_their_description_and_csv_has_the_columns_of_json(
    web: FlaskClient, filled: Cases, measure: str
) -> None:
    operation = PATHS["/api/v1/feedback/{measure}"]["get"]
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    query = {"interval": "day", "group_by": "team", "tz": "Europe/Istanbul"}

    found = ask(web, measure, **query)
    answer = web.get(f"/api/v1/feedback/{measure}", query_string={**query, "format": "csv"})
    header, *lines = csv.reader(io.StringIO(answer.text, newline=""))

    Draft202012Validator(schema).validate(found)
    rows = found["rows"]
    assert bool(rows) == (measure not in ("nps", "ces", "employee"))
    assert lines == [["" if value is None else str(value) for value in one.values()] for one in rows]
    assert not rows or header == list(rows[0])
