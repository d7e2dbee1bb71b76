"""What customers said, over HTTP, from cases that were written to the store."""

import csv
import io
import re
from itertools import count
from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from msgspec.structs import replace

from feedback.web import comment_api
from feedback.web.comment_api import PATHS
from feedback.web.comments import Comment
from harness.cases import HOUR, NOON, Cases, a_case, a_follow_up, a_revision, a_ticket, a_voice, an_answer

ANGRY = "berbat bir hizmet, rezalet, bir daha asla"


def ask(web: FlaskClient, **query: Any) -> Any:
    answer = web.get("/api/v1/feedback/comments", query_string=query)
    assert answer.status_code == 200, answer.text
    schema = PATHS["/api/v1/feedback/comments"]["get"]["responses"]["200"]["content"]["application/json"]
    Draft202012Validator(schema["schema"]).validate(answer.json)
    return answer.json


def texts(web: FlaskClient, **query: Any) -> list[str]:
    return [row["text"] for row in ask(web, **query)["rows"]]


def sheet(web: FlaskClient, **query: Any) -> list[dict[str, str]]:
    answer = web.get("/api/v1/feedback/comments", query_string={**query, "format": "csv"})
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"), newline="")))


@pytest.fixture
def filled(cases: Cases) -> Cases:
    """Praise, a complaint with five stars, a mention, an exit, a report and an answer without words."""
    orders = a_ticket(team="orders", url="https://desk.example/2")
    cases.put(
        a_case("1", answers=(an_answer(5, "harika, çok teşekkürler", at=NOON + HOUR),)),
        a_case(
            "2",
            ticket=orders,
            answers=(an_answer(5, ANGRY, at=NOON + 2 * HOUR),),
            follow_ups=(a_follow_up(),),
        ),
        a_case(
            "3", ticket=None, voices=(a_voice(at=NOON + 3 * HOUR), a_voice("exit", "pahalı geldi", id="v2"))
        ),
        a_case("4", ticket=None, voices=(a_voice("report", "vardiya çok uzun", score=2, team="orders"),)),
        a_case("5", answers=(an_answer(1),)),
        a_case("6", ticket=a_ticket(excluded="deleted"), answers=(an_answer(1, "silinen sözler"),)),
    )
    return cases


def test_all_that_customers_said_comes_newest_first(web: FlaskClient, filled: Cases) -> None:
    assert texts(web) == ["pahalı geldi", "harika bir ekip", ANGRY, "harika, çok teşekkürler"]


def test_a_comment_comes_with_its_score_its_ticket_and_what_was_read(web: FlaskClient, filled: Cases) -> None:
    (found,) = ask(web, label="negative", kind="answer")["rows"]

    assert 0.5 <= found.pop("confidence") <= 1
    assert -1 <= found.pop("polarity") < 0
    assert found.pop("version")
    assert found == {
        "at": "2026-11-02T14:00:00Z",
        "kind": "answer",
        "id": "a1",
        "source": "acme",
        "ticket": "2",
        "team": "orders",
        "channel": "email",
        "survey": "csat",
        "score": 5,
        "scale": 5,
        "text": ANGRY,
        "reason": None,
        "url": "https://desk.example/2",
        "label": "negative",
        "tone": "harsh",
        "severity": "medium",
        "language": "tr",
        "method": "lexicon",
        "contradicts": True,
        "follow_ups": ["f1"],
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"contradicts": "1"}, [ANGRY]),
        ({"contradicts": "0", "kind": "answer"}, [ANGRY, "harika, çok teşekkürler"]),
        ({"kind": ["mention", "exit"]}, ["pahalı geldi", "harika bir ekip"]),
        ({"kind": "report"}, ["vardiya çok uzun"]),
        ({"label": "positive"}, ["harika bir ekip", "harika, çok teşekkürler"]),
        ({"team": "orders"}, [ANGRY]),
        ({"team": ""}, ["pahalı geldi", "harika bir ekip"]),
        ({"source": "shop"}, []),
        ({"source": ["shop", "acme"], "kind": "exit"}, ["pahalı geldi"]),
    ],
)
def test_a_filter_leaves_what_is_asked_for(
    web: FlaskClient, filled: Cases, query: dict[str, Any], expected: list[str]
) -> None:
    assert texts(web, **query) == expected


def test_an_edited_comment_is_told_as_it_stands_and_where_it_now_belongs(
    web: FlaskClient, filled: Cases
) -> None:
    def edited(case: Any) -> Any:
        (answer,) = case.answers
        revisions = (*answer.revisions, a_revision(1, NOON + 9 * HOUR, "geri alıyorum, berbat"))
        return replace(case, answers=(replace(answer, revisions=revisions),))

    filled.edit(a_case("1"), edited)

    assert texts(web, kind="answer") == ["geri alıyorum, berbat", ANGRY]
    assert texts(web, contradicts="1") == [ANGRY]


def test_on_an_unusual_scale_nobody_says_that_score_and_text_contradict(
    web: FlaskClient, cases: Cases
) -> None:
    cases.put(a_case(answers=(an_answer(10, ANGRY, scale=10),)))

    (row,) = ask(web)["rows"]
    assert row["contradicts"] is None


@pytest.mark.parametrize("limit", [1, 2, 3, 500])
@pytest.mark.parametrize("searched", [1, 2, 5000])
def test_pages_hold_each_comment_once_wherever_they_break(
    web: FlaskClient, cases: Cases, monkeypatch: pytest.MonkeyPatch, limit: int, searched: int
) -> None:
    monkeypatch.setattr(comment_api, "SEARCHED", searched)
    together = tuple(a_voice(text=f"söz {n}", id=f"v{n}", at=NOON + n) for n in range(4))
    cases.put(
        a_case("1", ticket=None, voices=together),
        a_case("2", ticket=None, voices=(a_voice(text="aynı anda", at=NOON + 3),)),
        a_case("3", answers=(an_answer(5, "eski", at=NOON),)),
    )
    expected = ["söz 3", "söz 2", "söz 1", "söz 0", "aynı anda", "eski"]

    found: list[str] = []
    after: dict[str, str] = {}
    for pages in count(1):
        page = ask(web, limit=limit, **after)
        assert len(page["rows"]) <= limit
        found += [row["text"] for row in page["rows"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
        assert pages < 20

    assert found == expected


def test_a_spreadsheet_shows_turkish_letters_and_runs_nothing(web: FlaskClient, cases: Cases) -> None:
    hostile = [
        '=HYPERLINK("http://x","ş")',
        " ＝1+1",
        "@x",
        "+1",
        "\t-1",
        "\u200b=1",
        "iyi;=1+1",
        "ilk\n=satır",
    ]
    voices = tuple(
        a_voice(text=text, id=f"=v{n}", at=NOON - n, channel="=c", url="=u") for n, text in enumerate(hostile)
    )
    cases.put(a_case("=s", ticket=None, voices=voices))

    answer = web.get("/api/v1/feedback/comments", query_string={"format": "csv"})
    rows = sheet(web)

    assert answer.get_data().startswith(b"\xef\xbb\xbfat,kind,id,")
    assert answer.content_type.startswith("text/csv; charset=utf-8")
    assert [row["text"].replace("'", "") for row in rows] == hostile
    assert rows[6]["text"] == "iyi;'=1+1"
    formula = re.compile(r"(?:^|[;\t\r\n])[\s\u200b]*[=+\-@＝＋－＠]")
    assert not [
        cell for row in rows for name, cell in row.items() if formula.search(cell) and name != "polarity"
    ]


def test_a_sheet_has_the_columns_of_json_and_leads_to_the_next(web: FlaskClient, filled: Cases) -> None:
    first = web.get("/api/v1/feedback/comments", query_string={"format": "csv", "limit": 1, "kind": "answer"})
    link = re.fullmatch(r'<(\?[^>]+)>; rel="next"', first.headers["Link"])
    assert link is not None
    second = web.get(f"/api/v1/feedback/comments{link[1]}")

    (row,) = csv.DictReader(io.StringIO(first.get_data().decode("utf-8-sig"), newline=""))
    assert list(row) == list(Comment.__struct_fields__)
    assert (row["text"], row["follow_ups"], row["reason"]) == (ANGRY, "f1", "")
    assert "teşekkürler" in second.text
    assert ANGRY not in second.text


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "501"}, "limit"),
        ({"limit": "²"}, "limit"),
        ({"after": "yesterday"}, "after"),
        ({"after": "9" * 40 + " 0 acme/1"}, "after"),
        ({"contradicts": "yes"}, "contradicts"),
        ({"label": "angry"}, "label"),
        ({"kind": ["answer", "tweet"]}, "kind"),
        ({"format": "xlsx"}, "format"),
        ({"customer": "x"}, "customer"),
    ],
)
def test_a_wrong_parameter_is_named(web: FlaskClient, query: dict[str, Any], parameter: str) -> None:
    answer = web.get("/api/v1/feedback/comments", query_string=query)

    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["parameter"] == parameter


def test_the_search_follows_its_index(cases: Cases) -> None:
    cases.put(a_case(answers=(an_answer(5, "harika"),)))
    place = comment_api.Place(NOON + 9 * HOUR, 0, "acme/1")

    for after in (None, place):
        plan = comment_api.found(cases.store, after).explain()["queryPlanner"]["winningPlan"]
        assert "'indexName': 'said'" in str(plan)
        assert "'stage': 'SORT'" not in str(plan)
