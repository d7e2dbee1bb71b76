"""The OpenAPI 3.1 description of the metrics service, with schemas generated from the types."""

from typing import Any, Final

import msgspec

from events.facts import Facts
from metrics.contributions import LABELS
from metrics.reports.measures import MEASURES
from metrics.sla.policy import TARGETS
from metrics.ticket.explanation import Explanation
from metrics.web.customer_api import CustomerData
from metrics.web.report_api import CLOCKS
from metrics.web.sla_api import LABELS as OPEN_LABELS
from metrics.web.sla_api import MOST, STATES, OpenClocks
from reports.measure import Measure
from reports.query import FORMATS
from rollups.intervals import INTERVALS
from runtime.problems import PROBLEM_JSON, SCHEMA

_TIME: Final = {"type": "string", "format": "date-time"}
_TEXT: Final = {"type": "string"}
_PROBLEMS: Final = {
    "400": "A parameter is unknown or wrong; the problem names it.",
    "401": "The token is missing or wrong.",
    "404": "There is no such ticket, customer or measure.",
    "503": "The store doesn't answer: ask again after Retry-After seconds.",
}


def document() -> dict[str, Any]:
    """The whole document."""
    shapes = [Facts, Explanation, OpenClocks, CustomerData, *(measure.shape for measure in MEASURES.values())]
    _, schemas = msgspec.json.schema_components(shapes, ref_template="#/components/schemas/{name}")
    # What the service sends is complete: fields with a default are there all the same.
    for schema in schemas.values():
        schema["required"] = list(schema["properties"])
    facts = schemas["Facts"]
    facts["properties"]["explain"] = {"$ref": "#/components/schemas/Explanation"}
    reports = {f"{m.name}_report": _report(m, schemas[m.shape.__name__]) for m in MEASURES.values()}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Deskpulse metrics", "version": "1"},
        "paths": _paths([f"#/components/schemas/{name}" for name in reports]),
        "components": {
            "schemas": {**schemas, **reports, "Problem": SCHEMA},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def _report(measure: Measure, figures: dict[str, Any]) -> dict[str, Any]:
    times = dict.fromkeys(("from", "to", *(["at"] if measure.is_level else [])), _TIME)
    labels = {name: {"type": ["string", "null"]} for name in LABELS}
    row = {
        "type": "object",
        "description": "The labels of group_by, then the figures.",
        "properties": {**times, **labels, **figures["properties"]},
        "required": [*times, *figures["required"]],
        "additionalProperties": False,
    }
    properties = {
        "measure": {"const": measure.name},
        "definition": _TEXT,
        "unit": {"const": measure.unit},
        "from": {"anyOf": [_TIME, {"type": "null"}]},
        "to": {"anyOf": [_TIME, {"type": "null"}]},
        "tz": _TEXT,
        "interval": {"enum": [*INTERVALS, None]},
        "group_by": {"type": "array", "items": {"enum": [*LABELS]}},
        "bucket_seconds": {"type": "integer"},
        "rows": {"type": "array", "items": row},
    }
    return {
        "type": "object",
        "properties": properties,
        "required": [*properties],
        "additionalProperties": False,
    }


def _paths(reports: list[str]) -> dict[str, Any]:
    facts = {"application/json": {"schema": {"$ref": "#/components/schemas/Facts"}}}
    report = {"application/json": {"schema": {"oneOf": [{"$ref": name} for name in reports]}}, "text/csv": {}}
    customer = {"application/json": {"schema": {"$ref": "#/components/schemas/CustomerData"}}}
    promises = {"application/json": {"schema": {"$ref": "#/components/schemas/OpenClocks"}}}
    ready = _operation("MongoDB answers.", {"application/json": {}})
    return {
        "/api/v1/tickets/{source}/{id}": {
            "get": _guarded(_operation("The facts of a ticket.", facts), _ticket_parameters())
        },
        "/api/v1/sla/open": {
            "get": _guarded(_operation("The promises that still run.", promises), _promise_parameters())
        },
        "/api/v1/customers/{id}": {
            "get": _guarded(
                _operation("All that is held about a customer.", customer), _customer_parameters()
            )
        },
        "/api/v1/reports/{measure}": {"get": _guarded(_operation("A report.", report), _report_parameters())},
        "/metrics": {"get": _operation("The numbers for Prometheus.", {"text/plain": {}})},
        "/openapi.json": {"get": _operation("This document.", {"application/json": {}})},
        "/healthz": {"get": _operation("The process turns.", {"application/json": {}})},
        "/readyz": {"get": {**ready, "responses": {**ready["responses"], **_problems(["503"])}}},
    }


def _ticket_parameters() -> list[dict[str, Any]]:
    return [
        _parameter("source", _TEXT, "The name of the source.", place="path"),
        _parameter("id", _TEXT, "The ticket's id, percent-encoded.", place="path"),
        _parameter("as_of", _TIME, "The moment of the facts; default: now."),
        _parameter("explain", {"enum": ["0", "1"]}, "1: say which events made the facts what they are."),
    ]


def _customer_parameters() -> list[dict[str, Any]]:
    text = "The customer's id in the helpdesk, percent-encoded, or its keyed hash (32 hex digits)."
    return [_parameter("id", _TEXT, text, place="path")]


def _promise_parameters() -> list[dict[str, Any]]:
    several = {"type": "array", "items": _TEXT}
    return [
        *(_parameter(label, several, "Only these; repeat it for any of several.") for label in OPEN_LABELS),
        _parameter("target", {"enum": [*TARGETS]}, "Only this promise."),
        _parameter("state", {"enum": [*STATES]}, "Only promises in this state."),
        _parameter("limit", {"type": "integer", "minimum": 1, "maximum": MOST}, "Tickets of a page; 100."),
        _parameter("after", _TEXT, "The next of the page before."),
    ]


def _report_parameters() -> list[dict[str, Any]]:
    when = "RFC 3339, or a date or time on the clocks of tz; default: everything there is."
    several = {"type": "array", "items": _TEXT}
    return [
        _parameter("measure", {"enum": [*MEASURES]}, "What to report.", place="path"),
        _parameter("from", _TEXT, f"The beginning: {when}"),
        _parameter("to", _TEXT, f"The end, not included: {when}"),
        _parameter("interval", {"enum": [*INTERVALS]}, "A row per interval; default: one for all."),
        _parameter("tz", _TEXT, "An IANA time zone; default: UTC."),
        _parameter("group_by", _TEXT, f"Names among {', '.join(LABELS)} between commas."),
        _parameter("clock", {"enum": [*CLOCKS]}, "How durations are counted; default: calendar."),
        _parameter("target", {"enum": [*TARGETS]}, "Which promise, of attainment; default: first_response."),
        _parameter("format", {"enum": [*FORMATS]}, "Default: json."),
        *(_parameter(label, several, "Only these; repeat it for any of several.") for label in LABELS),
    ]


def _parameter(name: str, schema: dict[str, Any], text: str, *, place: str = "query") -> dict[str, Any]:
    return {"name": name, "in": place, "required": place == "path", "schema": schema, "description": text}


def _operation(summary: str, content: dict[str, Any]) -> dict[str, Any]:
    return {"summary": summary, "responses": {"200": {"description": summary, "content": content}}}


def _guarded(operation: dict[str, Any], parameters: list[dict[str, Any]]) -> dict[str, Any]:
    responses = {**operation["responses"], **_problems([*_PROBLEMS])}
    return {**operation, "security": [{"bearer": []}], "parameters": parameters, "responses": responses}


def _problems(statuses: list[str]) -> dict[str, Any]:
    content = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": _PROBLEMS[status], "content": content} for status in statuses}
