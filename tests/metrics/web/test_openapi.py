"""The OpenAPI document is valid and true."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from harness.telling import Telling, changed, created, event, wrote
from metrics.reports.measures import MEASURES


@pytest.fixture
def document(web: FlaskClient) -> Any:
    return web.get("/openapi.json").json


@pytest.fixture
def filled(telling: Telling) -> Telling:
    telling.tell(
        created("1", "2026-11-01T09:00:00Z", team="billing"),
        wrote("1", "2026-11-01T09:10:00Z", "bot"),
        wrote("1", "2026-11-01T09:30:00.25Z", "agent", "ayse"),
        wrote("1", "2026-11-01T09:40:00Z", "agent", "ayse"),
        changed("1", "2026-11-01T12:00:00Z", status="resolved"),
    )
    telling.tell(created("2", "2026-11-01T09:00:00Z", outbound=True))
    return telling


def check(document: Any, schema: dict[str, Any], answer: Any) -> None:
    Draft202012Validator({**schema, "components": document["components"]}).validate(answer)


def schema_of(document: Any, path: str, status: str, kind: str) -> dict[str, Any]:
    found: dict[str, Any] = document["paths"][path]["get"]["responses"][status]["content"][kind]["schema"]
    return found


def test_the_document_is_valid_openapi(document: Any) -> None:
    validate(document)

    assert document["openapi"] == "3.1.0"


def test_every_documented_path_answers(web: FlaskClient, document: Any, filled: Telling) -> None:
    for path in document["paths"]:
        url = path.format(source="acme", id="1", measure="volume")
        assert web.get(url).status_code == 200, path


def test_every_route_is_documented(web: FlaskClient, document: Any) -> None:
    routes = {rule.rule for rule in web.application.url_map.iter_rules()}

    spelt = {
        rule.replace("<source>", "{source}")
        .replace("<anything:subject>", "{id}")
        .replace("<anything:customer>", "{id}")
        .replace("<measure>", "{measure}")
        for rule in routes
    }
    assert spelt == set(document["paths"])


@pytest.mark.parametrize("query", ["", "?explain=1", "?as_of=2026-11-01T09:05:00Z&explain=1"])
@pytest.mark.parametrize("ticket", ["1", "2"])
def test_facts_fit_their_schema(
    web: FlaskClient, document: Any, filled: Telling, ticket: str, query: str
) -> None:
    schema = schema_of(document, "/api/v1/tickets/{source}/{id}", "200", "application/json")

    answer = web.get(f"/api/v1/tickets/acme/{ticket}{query}").json

    check(document, schema, answer)
    assert answer is not None
    documented = document["components"]["schemas"]["Facts"]["properties"].keys()
    assert documented - answer.keys() == (set() if "explain" in query else {"explain"})
    assert answer.keys() <= documented


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("query", ["", "?interval=day&group_by=team,agent&tz=Europe/Istanbul"])
def test_reports_fit_their_schema(
    web: FlaskClient, document: Any, filled: Telling, measure: str, query: str
) -> None:
    schema = schema_of(document, "/api/v1/reports/{measure}", "200", "application/json")

    answer = web.get(f"/api/v1/reports/{measure}{query}").json

    check(document, schema, answer)


@pytest.mark.parametrize("customer", ["bob", "c0" * 16])
def test_what_is_held_of_a_customer_fits_its_schema(
    web: FlaskClient, document: Any, telling: Telling, customer: str
) -> None:
    telling.tell(
        created("1", "2026-11-01T09:00:00Z", requester="c0" * 16, contact="sealed"),
        event("customer.erased", "c0" * 16, "2026-10-01T09:00:00Z"),
    )
    schema = schema_of(document, "/api/v1/customers/{id}", "200", "application/json")

    check(document, schema, web.get(f"/api/v1/customers/{customer}").json)


def test_a_report_without_data_fits_its_schema(web: FlaskClient, document: Any) -> None:
    schema = schema_of(document, "/api/v1/reports/{measure}", "200", "application/json")

    check(document, schema, web.get("/api/v1/reports/volume").json)


@pytest.mark.parametrize(
    ("status", "url", "token"),
    [
        ("400", "/api/v1/reports/volume?tz=Mars", None),
        ("401", "/api/v1/reports/volume", "wrong"),
        ("404", "/api/v1/reports/else", None),
    ],
)
def test_problems_fit_their_schema(
    web: FlaskClient, document: Any, status: str, url: str, token: str | None
) -> None:
    schema = schema_of(document, "/api/v1/reports/{measure}", status, "application/problem+json")
    headers = {"Authorization": f"Bearer {token}"} if token else {}

    answer = web.get(url, headers=headers)

    assert str(answer.status_code) == status
    check(document, schema, answer.json)


def test_documented_parameters_are_those_that_are_read(
    web: FlaskClient, document: Any, filled: Telling
) -> None:
    values = {
        "as_of": "2026-11-02T00:00:00Z",
        "explain": "1",
        "from": "2026-11-01",
        "to": "2026-11-02",
        "interval": "day",
        "tz": "UTC",
        "group_by": "team",
        "clock": "business",
        "target": "update",
        "state": "active",
        "limit": "5",
        "after": "1 acme/1",
        "format": "json",
    }
    # Of the choices between variants, each measure has one.
    foreign = {"first_response": "target", "attainment": "clock"}
    for path, item in document["paths"].items():
        names = [p["name"] for p in item["get"].get("parameters", ()) if p["in"] == "query"]
        for measure, other in foreign.items():
            own = [name for name in names if "{measure}" not in path or name != other]
            query = {name: values.get(name, "x") for name in own}
            url = path.format(source="acme", id="1", measure=measure)
            assert web.get(url, query_string=query).status_code == 200
