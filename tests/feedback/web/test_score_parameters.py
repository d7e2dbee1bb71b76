"""What can't be asked of scores is refused, naming what to ask instead."""

from typing import Any

import pytest
from flask.testing import FlaskClient

KNOWN = ("csat", "nps", "ces", "loyalty", "response_rate", "sentiment", "mentions", "exits", "employee")


def test_an_unknown_measure_is_answered_with_the_known_ones(web: FlaskClient) -> None:
    answer = web.get("/api/v1/feedback/happiness")

    assert answer.status_code == 404
    assert answer.json is not None
    assert all(measure in answer.json["detail"] for measure in KNOWN)


@pytest.mark.parametrize(
    ("measure", "query", "parameter"),
    [
        ("csat", {"until": "2026"}, "until"),
        ("csat", {"period": "delivery"}, "period"),
        ("csat", {"survey": "csat"}, "survey"),
        ("csat", {"scale": "five"}, "scale"),
        ("csat", {"scale": "²"}, "scale"),
        ("csat", {"scale": "1"}, "scale"),
        ("csat", {"scale": "1" * 5000}, "scale"),
        ("nps", {"scale": "5"}, "scale"),
        ("loyalty", {"scale": "5"}, "scale"),
        ("csat", {"agent": ""}, "agent"),
        ("csat", {"group_by": "customer"}, "group_by"),
        ("csat", {"from": "2026-11-01T09:30:00Z"}, "from"),
        ("response_rate", {"survey": "unheard"}, "survey"),
        ("response_rate", {"scale": "5"}, "scale"),
        ("sentiment", {"period": "resolution"}, "period"),
        ("mentions", {"group_by": "agent"}, "agent"),
        ("employee", {"agent": "ayse"}, "agent"),
    ],
)
def test_a_wrong_parameter_is_named(
    web: FlaskClient, measure: str, query: dict[str, Any], parameter: str
) -> None:
    answer = web.get(f"/api/v1/feedback/{measure}", query_string=query)

    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["parameter"] == parameter
    assert answer.json["detail"].startswith(parameter)


def test_what_is_between_buckets_is_refused_without_advice_that_nobody_can_follow(web: FlaskClient) -> None:
    answer = web.get("/api/v1/feedback/csat", query_string={"from": "2026-11-01T09:30:00Z"})

    assert answer.json is not None
    assert "metrics.bucket" not in answer.json["detail"]
