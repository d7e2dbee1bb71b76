"""The assembled app: every route is described, closed without a token, and honest where a part is away."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from openapi_spec_validator import validate
from prometheus_client import CollectorRegistry
from pymongo import MongoClient

from feedback.settings import read_settings
from feedback.store import Store, database_name
from feedback.web.app import create_app
from harness.cases import Cases
from harness.services import API_TOKEN, environment
from local import ports
from local.stack import Stack
from streams.publisher import Publisher

BEARER = {"Authorization": f"Bearer {API_TOKEN}"}
CONFIG = """
sources: {demo: {adapter: cloudevents, secrets: [env:DEMO_SECRET]}}
surveys: {csat: {}}
"""


@contextmanager
def app(
    stack: Stack, database: str, client: MongoClient[dict[str, Any]], directory: Path
) -> Iterator[FlaskClient]:
    """The app over `client`."""
    config = directory / "deskpulse.yml"
    config.write_text(CONFIG)
    settings = read_settings(environment(stack, database, DESKPULSE_CONFIG=str(config)))
    publisher = Publisher(stack.kafka)
    store = Store(client, database_name(database))
    try:
        yield create_app(store, publisher, settings, CollectorRegistry(), lambda: None).test_client()
    finally:
        publisher.close()


@pytest.fixture
def web(
    stack: Stack, database: str, mongo: MongoClient[dict[str, Any]], cases: Cases, tmp_path: Path
) -> Iterator[FlaskClient]:
    with app(stack, database, mongo, tmp_path) as made:
        yield made


@pytest.fixture
def without_store(stack: Stack, database: str, tmp_path: Path) -> Iterator[FlaskClient]:
    """The app with a MongoDB that isn't there."""
    nowhere = f"mongodb://127.0.0.1:{ports.free_port()}/?replicaSet=rs0"
    with (
        MongoClient[dict[str, Any]](nowhere, serverSelectionTimeoutMS=200) as away,
        app(stack, database, away, tmp_path) as made,
    ):
        yield made


def api_routes(web: FlaskClient) -> set[tuple[str, str]]:
    """(path, method) of each route of the API, with parameters as OpenAPI writes them."""
    return {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in web.application.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/api/")
    }


def test_the_document_is_valid_openapi_and_names_every_route(web: FlaskClient) -> None:
    document = web.get("/openapi.json").get_json()

    validate(document)
    described = {(path, method) for path, item in document["paths"].items() for method in item}
    unnamed = {(re.sub(r"{\w+}", "{}", path), method) for path, method in api_routes(web)}
    assert {(re.sub(r"{\w+}", "{}", path), method) for path, method in described} == unnamed


def test_no_route_of_the_api_opens_without_a_token(web: FlaskClient) -> None:
    for path, method in api_routes(web):
        answer = web.open(re.sub(r"{\w+}", "x", path), method=method.upper())
        assert answer.status_code == 401, path
        assert answer.content_type == "application/problem+json"


def test_health_metrics_and_the_survey_page_are_open(web: FlaskClient) -> None:
    assert [web.get(path).status_code for path in ("/healthz", "/readyz", "/metrics")] == [200] * 3
    assert web.get("/s/not-a-token").status_code == 404


def test_without_the_store_the_api_says_so_and_metrics_still_answer(without_store: FlaskClient) -> None:
    answer = without_store.get("/api/v1/feedback/csat", headers=BEARER)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "helpdesk_feedback_store_up 0.0" in without_store.get("/metrics").text


def test_a_fault_of_ours_is_a_problem_and_its_log_names_no_customer(
    web: FlaskClient, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> str:
        raise KeyError("a customer's word")

    web.application.add_url_rule("/api/v1/customers/musteri@example.com/broken", "broken", broken)

    answer = web.get("/api/v1/customers/musteri@example.com/broken")

    assert (answer.status_code, answer.content_type) == (500, "application/problem+json")
    logged = caplog.text + "".join(capsys.readouterr()) + answer.text
    assert "KeyError" in logged
    assert "musteri@" not in logged
    assert "word" not in logged
