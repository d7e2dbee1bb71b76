"""The worker's own small web: is it alive, can it work, how does it fare."""

import threading
import time
from collections.abc import Callable

from flask import Flask
from prometheus_client import CollectorRegistry
from werkzeug.serving import make_server

from runtime.web import create_web, exposition

STUCK_AFTER = 120.0
"""Seconds without a turn of the loop after which the worker is called stuck."""


def create_app(
    registry: CollectorRegistry,
    last_turn: Callable[[], float],
    ready: Callable[[], bool],
    sending: Callable[[], bool],
) -> Flask:
    """`/healthz` (the loop turns, alerts are sent), `/readyz` (its partitions are adopted), `/metrics`."""

    def healthy() -> str | None:
        silent = time.monotonic() - last_turn()
        if not sending():
            return "alerts are no longer sent: restart"
        return f"the loop has not turned for {silent:.0f} s: restart" if silent > STUCK_AFTER else None

    app = create_web("metrics-worker", lambda: None if ready() else "no partitions adopted yet", healthy)
    app.add_url_rule("/metrics", view_func=lambda: exposition(registry))
    return app


def serve_beside(app: Flask, host: str, port: int) -> Callable[[], None]:
    """Serve `app` on a thread of its own; returns what ends it."""
    server = make_server(host, port, app, threaded=True)
    threading.Thread(target=server.serve_forever, name="web", daemon=True).start()
    return server.shutdown
