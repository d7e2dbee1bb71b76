"""The OpenAPI 3.1 description of ingest's HTTP interface."""

from typing import Any, Final

import msgspec

from events.types import PostedEvent
from ingest.health import SourceHealth
from ingest.sources.cloudevents.adapter import BATCH, SINGLE
from runtime.problems import PROBLEM_JSON, schema

_ANSWERS: Final = {
    "400": "Malformed: the problem names every faulty element and field; nothing was accepted.",
    "401": "The credentials prove no source, or not the one of an event.",
    "404": "No source of this name is configured.",
    "413": "The body, the batch or an event is too large.",
    "415": "The content type isn't accepted.",
    "503": "Nothing durable is left; post the same again after Retry-After seconds.",
}

_PROBLEM: Final = schema(errors={"type": "array", "items": {"$ref": "#/components/schemas/Fault"}})
_FAULT: Final = {
    "type": "object",
    "required": ["field", "reason"],
    "properties": {
        "index": {"type": "integer", "description": "The element of the batch; absent for a single event."},
        "field": {"type": "string", "description": "Its path, such as data.team; empty for the whole body."},
        "reason": {"type": "string"},
    },
}
_ACCEPTED: Final = {
    "type": "object",
    "required": ["accepted"],
    "properties": {
        "accepted": {"type": "integer", "description": "Events that are durable, repeats included."}
    },
}


def document() -> dict[str, Any]:
    """The whole document, events included."""
    (event, _), schemas = msgspec.json.schema_components(
        [PostedEvent, SourceHealth], ref_template="#/components/schemas/{name}"
    )
    return {
        "openapi": "3.1.0",
        "info": {"title": "Deskpulse ingest", "version": "1"},
        "paths": _paths(),
        "components": {
            "schemas": {
                **schemas,
                "Event": event,
                "Problem": _PROBLEM,
                "Fault": _FAULT,
                "Accepted": _ACCEPTED,
            },
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "apiToken": {"type": "http", "scheme": "bearer"},
                "standardWebhooks": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "webhook-signature",
                    "description": "Standard Webhooks: with webhook-id and webhook-timestamp.",
                },
            },
        },
    }


def _paths() -> dict[str, Any]:
    event: dict[str, Any] = {"$ref": "#/components/schemas/Event"}
    batch = {"type": "array", "items": event, "maxItems": 1000}
    structured = {SINGLE: event, BATCH: batch}
    any_json = {"application/json": {"description": "As the source's tool posts it."}}
    source = {"name": "source", "in": "path", "required": True, "schema": {"type": "string"}}
    token = {"name": "token", "in": "path", "required": True, "schema": {"type": "string"}}
    webhook = {
        "post": _intake("Post what the source's adapter reads.", {**structured, **any_json}, [*_ANSWERS]),
        "get": _with_problems(_document("The handshake of a tool that has one.", "text/plain"), ["404"]),
    }
    return {
        "/v1/events": {"post": _intake("Post events.", structured, [*_ANSWERS.keys() - {"404"}])},
        "/webhooks/{source}": {"parameters": [source], **webhook},
        "/webhooks/{source}/{token}": {"parameters": [source, token], **webhook},
        "/schema/events.json": {"get": _document("The JSON Schema of events.", "application/schema+json")},
        "/openapi.json": {"get": _document("This document.", "application/json")},
        "/api/v1/sources": {"get": _with_problems(_sources(), ["401"])},
        "/metrics": {"get": _document("Counters of this process for Prometheus.", "text/plain")},
        "/healthz": {"get": _document("The process turns.", "application/json")},
        "/readyz": {"get": _with_problems(_document("Kafka answers.", "application/json"), ["503"])},
    }


def _sources() -> dict[str, Any]:
    summary = "How each source fares, and what to do about it."
    schema = {
        "type": "object",
        "required": ["since", "sources"],
        "properties": {
            "since": {"type": "string", "format": "date-time", "description": "When this process started."},
            "sources": {"type": "array", "items": {"$ref": "#/components/schemas/SourceHealth"}},
        },
    }
    answer = {"description": summary, "content": {"application/json": {"schema": schema}}}
    return {"summary": summary, "security": [{"apiToken": []}], "responses": {"200": answer}}


def _intake(summary: str, contents: dict[str, Any], problems: list[str]) -> dict[str, Any]:
    accepted = {"application/json": {"schema": {"$ref": "#/components/schemas/Accepted"}}}
    known_as = {"description": "By which id the log knows this delivery.", "schema": {"type": "string"}}
    durable = {"description": "All events are durable.", "content": accepted}
    operation = {
        "summary": summary,
        "security": [{"bearer": []}, {"standardWebhooks": []}],
        "requestBody": {"required": True, "content": {kind: {"schema": s} for kind, s in contents.items()}},
        "responses": {"202": {**durable, "headers": {"X-Request-Id": known_as}}},
    }
    return _with_problems(operation, problems)


def _document(summary: str, kind: str) -> dict[str, Any]:
    return {"summary": summary, "responses": {"200": {"description": summary, "content": {kind: {}}}}}


def _with_problems(operation: dict[str, Any], statuses: list[str]) -> dict[str, Any]:
    content = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    problems: dict[str, Any] = {
        status: {"description": _ANSWERS[status], "content": content} for status in sorted(statuses)
    }
    if "503" in problems:
        problems["503"] = {**problems["503"], "headers": {"Retry-After": {"schema": {"type": "integer"}}}}
    return {**operation, "responses": {**operation["responses"], **problems}}
