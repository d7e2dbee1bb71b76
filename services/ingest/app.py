"""The web app: reads a request, lets `intake` decide, answers 202 once everything is durable."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from time import monotonic

import msgspec
from flask import Flask, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from events.schema import json_schema
from events.types import PostedEvent
from ingest import openapi
from ingest.canonical import message
from ingest.intake import Senders, posted_events, webhook_events
from ingest.refusals import MAX_BODY_BYTES, REASONS, REFUSALS
from ingest.telemetry import Telemetry
from ingest.verify import Delivery
from runtime.web import Check, create_web, exposition, json_answer
from streams.publisher import Message

Publish = Callable[[Sequence[Message]], None]
Accept = Callable[[Delivery], list[PostedEvent]]


def create_app(senders: Senders, hash_key: bytes, publish: Publish, ready: Check) -> Flask:
    """The app of ingest.

    `publish` returns once all messages are durable, or raises Unavailable; `hash_key` makes pseudonyms of
    customers' ids; `ready` says what keeps the process from its work.
    """
    app = create_web("ingest", ready)
    # One more than allowed: a body of unknown length is cut off there in silence, and then is seen to be too
    # long by `_body`.
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES + 1
    # A sender must never be redirected: `//v1/events` is an unknown path like any other.
    app.url_map.merge_slashes = False
    telemetry = Telemetry(tuple(senders), REASONS)

    def receive(source: str | None, accept: Accept) -> Response:
        started = monotonic()
        try:
            events = accept(_delivery())
            publish([message(event, hash_key) for event in events])
        except tuple(REFUSALS) as error:
            refusal = REFUSALS[type(error)]
            telemetry.rejected(source, refusal.reason)
            raise refusal.problem(error) from None
        telemetry.accepted(events, monotonic() - started)
        return json_answer({"accepted": len(events)}, 202)

    @app.post("/v1/events")
    def events() -> Response:
        return receive(None, lambda delivery: posted_events(senders, delivery))

    @app.post("/webhooks/<source>")
    def webhook(source: str) -> Response:
        return receive(source, lambda delivery: webhook_events(senders, source, delivery))

    @app.get("/metrics")
    def metrics() -> Response:
        return exposition(telemetry.registry)

    _add_documents(app)
    return app


def _delivery() -> Delivery:
    headers = {name.lower(): _text(value) for name, value in request.headers.items()}
    return Delivery(headers, _body(), datetime.now(UTC))


def _body() -> bytes:
    body = request.get_data()
    if len(body) > MAX_BODY_BYTES:
        raise RequestEntityTooLarge
    return body


def _text(header: str) -> str:
    """WSGI hands headers over as Latin-1; senders and secrets are UTF-8."""
    return header.encode("latin-1", "replace").decode("utf-8", "replace")


def _add_documents(app: Flask) -> None:
    schema, api = msgspec.json.encode(json_schema()), msgspec.json.encode(openapi.document())
    app.add_url_rule(
        "/schema/events.json", "schema", lambda: Response(schema, content_type="application/schema+json")
    )
    app.add_url_rule("/openapi.json", "openapi", lambda: Response(api, content_type="application/json"))
