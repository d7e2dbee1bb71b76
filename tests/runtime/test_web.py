"""What every web process has."""

import pytest
from flask import Flask, Response
from prometheus_client import CollectorRegistry, Counter

from runtime.exposition import exposition
from runtime.problems import PROBLEM_JSON, Problem
from runtime.web import create_web, json_answer, require_token


def app(ready: str | None = None, healthy: str | None = None) -> Flask:
    web = create_web("test", lambda: ready, lambda: healthy)

    def guarded() -> Response:
        require_token(["new", "old"])
        return json_answer({"in": True})

    def wrong() -> Response:
        raise Problem(409, "Conflict", "do this instead", field="time")

    registry = CollectorRegistry()
    Counter("things_total", "Things.", registry=registry).inc(3)
    web.add_url_rule("/guarded", view_func=guarded)
    web.add_url_rule("/wrong", view_func=wrong)
    web.add_url_rule("/metrics", view_func=lambda: exposition(registry))
    return web


def test_a_process_that_turns_and_can_work_says_so() -> None:
    client = app().test_client()

    assert client.get("/healthz").json == {"status": "ok"}
    assert client.get("/readyz").json == {"status": "ready"}


def test_what_is_missing_is_a_503_with_the_reason() -> None:
    client = app(ready="no broker", healthy="stuck: restart").test_client()

    unready, unhealthy = client.get("/readyz"), client.get("/healthz")

    assert (unready.status_code, unready.json and unready.json["detail"]) == (503, "no broker")
    assert unready.headers["Retry-After"] == "5"
    assert (unhealthy.status_code, unhealthy.json and unhealthy.json["detail"]) == (503, "stuck: restart")


@pytest.mark.parametrize("given", ["Bearer new", "bearer old", "Bearer  new "])
def test_any_of_the_tokens_opens(given: str) -> None:
    answer = app().test_client().get("/guarded", headers={"Authorization": given})

    assert (answer.status_code, answer.json) == (200, {"in": True})


@pytest.mark.parametrize("given", ["", "new", "Bearer", "Bearer wrong", "Basic new", "Bearer müşteri"])
def test_anything_else_is_a_401_that_says_how(given: str) -> None:
    answer = app().test_client().get("/guarded", headers={"Authorization": given})

    assert (answer.status_code, answer.content_type) == (401, PROBLEM_JSON)
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(("path", "method", "status"), [("/nowhere", "GET", 404), ("/wrong", "DELETE", 405)])
def test_the_frameworks_errors_are_problems_too(path: str, method: str, status: int) -> None:
    answer = app().test_client().open(path, method=method)

    assert (answer.status_code, answer.content_type) == (status, PROBLEM_JSON)
    assert answer.json
    assert answer.json["status"] == status
    assert status != 405 or "GET" in answer.headers["Allow"]


def test_a_problem_carries_its_extensions() -> None:
    answer = app().test_client().get("/wrong")

    assert answer.json == {
        "type": "about:blank",
        "title": "Conflict",
        "status": 409,
        "detail": "do this instead",
        "field": "time",
    }


def test_metrics_are_in_the_format_that_the_scraper_accepts() -> None:
    client = app().test_client()

    plain = client.get("/metrics")
    modern = client.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})

    assert "things_total 3.0" in plain.text
    assert modern.content_type.startswith("application/openmetrics-text")
    assert modern.text.endswith("# EOF\n")
