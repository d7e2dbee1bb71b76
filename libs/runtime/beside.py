"""The worker's own small web: is it alive, can it work, how does it fare."""

import threading
import time
from collections.abc import Callable

from flask import Flask
from prometheus_client import CollectorRegistry
from werkzeug.serving import make_server

from runtime.exposition import exposition
from runtime.web import create_web

STUCK_AFTER = 120.0
"""Seconds without a turn of the loop after which the worker is called stuck."""


def create_app(
    name: str,
    registry: CollectorRegistry,
    last_turn: Callable[[], float],
    ready: Callable[[], bool],
    alive: Callable[[], bool],
) -> Flask:
    """`/healthz` (its loops turn, and what works beside them is alive), `/readyz` (its partitions are
    adopted) and `/metrics` of the worker `name`. `last_turn`: when its slowest loop last turned (monotonic
    seconds)."""

    def healthy() -> str | None:
        silent = time.monotonic() - last_turn()
        if not alive():
            return "a thread has ended, nothing is sent any more: restart"
        return f"the loop has not turned for {silent:.0f} s: restart" if silent > STUCK_AFTER else None

    app = create_web(name, lambda: None if ready() else "no partitions adopted yet", healthy)
    app.add_url_rule("/metrics", view_func=lambda: exposition(registry))
    return app


def serve_beside(app: Flask, host: str, port: int) -> Callable[[], None]:
    """Serve `app` on a thread of its own; returns what ends it."""
    server = make_server(host, port, app, threaded=True)
    threading.Thread(target=server.serve_forever, name="web", daemon=True).start()
    return server.shutdown
