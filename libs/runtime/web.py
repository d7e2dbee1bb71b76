"""What every web process has: health, readiness, JSON answers, bearer tokens."""

import hmac
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from flask import Flask, Response, request

from runtime.problems import Problem, answer_problems

Check = Callable[[], str | None]


def create_web(name: str, ready: Check, healthy: Check = lambda: None) -> Flask:
    """A Flask app with `/healthz`, `/readyz` and problem+json errors.

    `ready` returns None when the process can do its work, else what is missing; `healthy` None while the
    process turns, else what to do.
    """
    app = Flask(name, static_folder=None)
    answer_problems(app)

    def healthz() -> Response:
        wrong = healthy()
        if wrong is not None:
            raise Problem(503, "Unhealthy", wrong)
        return json_answer({"status": "ok"})

    def readyz() -> Response:
        missing = ready()
        if missing is not None:
            raise Problem(503, "Not ready", missing).with_header("Retry-After", "5")
        return json_answer({"status": "ready"})

    app.add_url_rule("/healthz", view_func=healthz)
    app.add_url_rule("/readyz", view_func=readyz)
    return app


def json_answer(value: Any, status: int = 200) -> Response:
    """`value` as a JSON response."""
    return Response(msgspec.json.encode(value), status, content_type="application/json")


def bearer_token() -> str | None:
    """The token of the current request's Authorization header, if it has one."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def require_token(tokens: Sequence[str]) -> None:
    """Raise a 401 problem unless the current request bears one of `tokens` (compared in constant time)."""
    given = (bearer_token() or "").encode()
    matches = [hmac.compare_digest(given, token.encode()) for token in tokens]
    if not any(matches):
        raise Problem(401, "Unauthorized", "send a valid token: Authorization: Bearer …").with_header(
            "WWW-Authenticate", "Bearer"
        )
