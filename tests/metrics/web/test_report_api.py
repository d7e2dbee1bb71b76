"""Reports over HTTP, from aggregates that the worker's handler wrote."""

import csv
import io
from typing import Any

import pytest
from flask.testing import FlaskClient
from pymongo import MongoClient

from harness.telling import Telling, changed, created, wrote

MEASURES = (
    "volume",
    "resolutions",
    "reopens",
    "backlog",
    "first_response",
    "next_response",
    "full_resolution",
    "resolution_rate",
)


@pytest.fixture
def filled(telling: Telling) -> Telling:
    telling.tell(
        created("1", "2026-10-31T23:30:00Z", team="billing", channel="email"),
        wrote("1", "2026-11-01T00:30:00Z", "agent", "ayse"),
        wrote("1", "2026-11-01T02:00:00Z", "customer"),
        wrote("1", "2026-11-01T02:10:00Z", "agent", "mehmet"),
        changed("1", "2026-11-02T00:00:00Z", status="resolved"),
    )
    telling.tell(
        created("2", "2026-11-01T10:00:00Z", team="orders"),
        changed("2", "2026-11-01T12:00:00Z", status="closed"),
        changed("2", "2026-11-03T12:00:00Z", status="open"),
        partition=1,
    )
    telling.tell(created("3", "2026-11-03T10:00:00Z"), partition=2)
    return telling


def report(web: FlaskClient, measure: str, **query: Any) -> Any:
    answer = web.get(f"/api/v1/reports/{measure}", query_string=query)
    assert answer.status_code == 200, answer.text
    return answer.json


def column(found: Any, name: str) -> list[Any]:
    return [row[name] for row in found["rows"]]


def test_a_report_says_what_it_is_about(web: FlaskClient, filled: Telling) -> None:
    found = report(web, "volume", **{"from": "2026-11-01", "to": "2026-11-02", "tz": "Europe/Istanbul"})

    assert found.pop("definition")
    assert found == {
        "measure": "volume",
        "unit": "count",
        "from": "2026-11-01T00:00:00+03:00",
        "to": "2026-11-02T00:00:00+03:00",
        "tz": "Europe/Istanbul",
        "interval": None,
        "group_by": [],
        "bucket_seconds": 3600,
        "rows": [
            {
                "from": "2026-11-01T00:00:00+03:00",
                "to": "2026-11-02T00:00:00+03:00",
                "created": 2,
                "customer_messages": 1,
            }
        ],
    }


def test_every_measure_over_everything(web: FlaskClient, filled: Telling) -> None:
    assert column(report(web, "volume"), "created") == [3]
    assert column(report(web, "resolutions"), "resolutions") == [2]
    assert column(report(web, "reopens"), "reopens") == [1]
    assert column(report(web, "backlog"), "backlog") == [2]
    assert column(report(web, "first_response"), "mean") == [3600]
    assert column(report(web, "next_response"), "mean") == [600]
    assert column(report(web, "full_resolution"), "mean") == [86_400 + 1800]
    (rate,) = report(web, "resolution_rate")["rows"]
    assert (rate["flow"], rate["cohort"]) == (2 / 3, 1 / 3)


def test_percentiles_are_within_one_percent(web: FlaskClient, filled: Telling) -> None:
    (row,) = report(web, "first_response")["rows"]

    assert row["clock"] == "calendar"
    assert row["count"] == 1
    assert row["p50"] == pytest.approx(3600, rel=0.01)


def test_days_begin_at_midnight_of_the_zone(web: FlaskClient, filled: Telling) -> None:
    utc = report(web, "volume", interval="day")
    istanbul = report(web, "volume", interval="day", tz="Europe/Istanbul")

    assert column(utc, "created") == [1, 1, 0, 1]
    assert column(istanbul, "created") == [2, 0, 1]
    assert column(istanbul, "from")[0] == "2026-11-01T00:00:00+03:00"


def test_a_backlog_is_given_at_the_end_of_each_interval(web: FlaskClient, filled: Telling) -> None:
    found = report(web, "backlog", interval="day", **{"from": "2026-11-01", "to": "2026-11-04"})

    assert column(found, "backlog") == [1, 0, 2]
    assert column(found, "at") == column(found, "to")


def test_groups_and_filters_by_label(web: FlaskClient, filled: Telling) -> None:
    by_team = report(web, "volume", group_by="team,channel")
    some = report(web, "volume", team=["billing", "orders"])
    none = report(web, "volume", team="")

    assert [(r["team"], r["channel"], r["created"]) for r in by_team["rows"]] == [
        ("billing", "email", 1),
        ("orders", None, 1),
        (None, None, 1),
    ]
    assert column(some, "created") == [2]
    assert column(none, "created") == [1]


def test_answers_are_grouped_by_the_agent_who_wrote_them(web: FlaskClient, filled: Telling) -> None:
    assert column(report(web, "first_response", group_by="agent"), "agent") == ["ayse"]
    assert column(report(web, "next_response", group_by="agent"), "agent") == ["mehmet"]


def test_a_late_event_changes_the_hour_it_belongs_to(web: FlaskClient, filled: Telling) -> None:
    filled.tell(wrote("1", "2026-10-31T23:45:00Z", "agent", "ayse"))

    assert column(report(web, "first_response"), "mean") == [900]


@pytest.mark.parametrize("measure", MEASURES)
def test_csv_has_the_columns_of_json(web: FlaskClient, filled: Telling, measure: str) -> None:
    query = {"interval": "day", "group_by": "team", "tz": "Europe/Istanbul"}

    answer = web.get(f"/api/v1/reports/{measure}", query_string={**query, "format": "csv"})
    header, *lines = csv.reader(io.StringIO(answer.text, newline=""))
    rows = report(web, measure, **query)["rows"]

    assert answer.content_type.startswith("text/csv")
    assert answer.text.endswith("\r\n")
    assert header == list(rows[0])
    assert lines == [["" if value is None else str(value) for value in row.values()] for row in rows]


def test_a_csv_without_rows_still_has_its_header(web: FlaskClient) -> None:
    answer = web.get("/api/v1/reports/volume", query_string={"format": "csv", "group_by": "team"})

    assert answer.text == "from,to,team,created,customer_messages\r\n"


@pytest.mark.parametrize("team", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_a_label_that_is_a_formula_is_defused_in_csv(web: FlaskClient, telling: Telling, team: str) -> None:
    telling.tell(created("1", "2026-11-01T09:00:00Z", team=team))

    answer = web.get("/api/v1/reports/volume", query_string={"format": "csv", "group_by": "team"})

    (row,) = csv.DictReader(io.StringIO(answer.text, newline=""))
    assert row["team"] == f"'{team}"


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({"until": "2026-11-01"}, "until"),
        ({"from": "soon"}, "from"),
        ({"from": "2026-11-01T09:30:00Z"}, "from"),
        ({"to": "2026-11-01T09:17:00Z"}, "to"),
        ({"to": "2026-11-01T09:00:00.5Z"}, "to"),
        ({"from": "2026-11-02", "to": "2026-11-02"}, "to"),
        ({"from": ["2026-11-01", "2026-11-02"]}, "from"),
        ({"interval": "year"}, "interval"),
        ({"tz": "Mars"}, "tz"),
        ({"group_by": "customer"}, "group_by"),
        ({"group_by": "team,team"}, "group_by"),
        ({"format": "xml"}, "format"),
        ({"interval": "hour", "from": "2000-01-01", "to": "2020-01-01"}, "interval"),
    ],
)
def test_a_wrong_parameter_is_named(web: FlaskClient, query: dict[str, Any], parameter: str) -> None:
    answer = web.get("/api/v1/reports/volume", query_string=query)

    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"
    body = answer.json
    assert body is not None
    assert body["parameter"] == parameter
    assert body["detail"].startswith(f"{parameter}: ")


def test_a_half_hour_zone_is_told_what_to_set(web: FlaskClient, filled: Telling) -> None:
    answer = web.get("/api/v1/reports/volume", query_string={"interval": "day", "tz": "Asia/Kolkata"})

    assert answer.status_code == 400
    assert "metrics.bucket to 30m" in answer.text
    assert (answer.json or {})["parameter"] == "tz"


def test_with_half_hour_buckets_a_half_hour_zone_is_exact(
    web: FlaskClient, mongo: MongoClient[Any], database: str
) -> None:
    Telling(mongo, database, width=1800).tell(
        created("1", "2026-11-01T18:29:59Z"), created("2", "2026-11-01T18:30:00Z")
    )

    found = report(web, "volume", interval="day", tz="Asia/Kolkata")

    assert found["bucket_seconds"] == 1800
    assert column(found, "created") == [1, 1]
    assert column(found, "from") == ["2026-11-01T00:00:00+05:30", "2026-11-02T00:00:00+05:30"]


def test_an_unknown_measure_is_404_and_lists_the_known(web: FlaskClient) -> None:
    answer = web.get("/api/v1/reports/happiness")

    assert answer.status_code == 404
    assert "volume" in answer.text
