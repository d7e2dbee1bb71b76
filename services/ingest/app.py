"""The web app: deliveries go to the door, people see how the sources fare."""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
from flask import Flask, Response

from events.schema import json_schema
from ingest import openapi
from ingest.door import Door
from ingest.front import Front
from runtime.exposition import exposition
from runtime.web import Check, create_web, json_answer, require_token


def create_app(door: Door, tokens: Sequence[str], ready: Check) -> Flask:
    """The app of ingest: deliveries go to `door`; one of `tokens` opens the API; `ready` says what keeps the
    process from its work."""
    app = create_web("ingest", ready)
    # A sender must never be redirected: `//v1/events` is an unknown path like any other.
    app.url_map.merge_slashes = False
    started_at = datetime.now(UTC)

    @app.get("/api/v1/sources")
    def sources() -> Response:
        require_token(tokens)
        return json_answer({"since": started_at, "sources": door.watch.report(datetime.now(UTC))})

    app.add_url_rule("/metrics", "metrics", lambda: exposition(door.telemetry.registry))
    _add_documents(app)
    app.wsgi_app = Front(door, app.wsgi_app)  # type: ignore[method-assign]
    return app


def _add_documents(app: Flask) -> None:
    schema, api = msgspec.json.encode(json_schema()), msgspec.json.encode(openapi.document())
    app.add_url_rule(
        "/schema/events.json", "schema", lambda: Response(schema, content_type="application/schema+json")
    )
    app.add_url_rule("/openapi.json", "openapi", lambda: Response(api, content_type="application/json"))
