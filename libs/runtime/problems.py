"""Errors as the APIs answer them: application/problem+json (RFC 9457)."""

from typing import Any, Final

import msgspec
import structlog
from flask import Flask, Response
from werkzeug.exceptions import HTTPException, InternalServerError

from runtime.logs import frames

PROBLEM_JSON = "application/problem+json"
_log = structlog.get_logger(__name__)


def schema(**extensions: dict[str, Any]) -> dict[str, Any]:
    """A problem, as OpenAPI describes it, with the schemas of its `extensions`."""
    return {
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            **extensions,
        },
    }


SCHEMA: Final = schema(
    parameter={"type": "string", "description": "The query parameter that is to blame."},
)
"""A problem of a question that is asked with parameters."""


class Problem(Exception):
    """An answer that is an error: `status` (HTTP), `title` (what kind), `detail` (what to do), extensions."""

    def __init__(self, status: int, title: str, detail: str, **extensions: Any) -> None:
        super().__init__(detail)
        self.status = status
        self.headers: dict[str, str] = {}
        self.body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **extensions}

    def with_header(self, name: str, value: str) -> "Problem":
        """This problem, answered with one more header."""
        self.headers[name] = value
        return self


def answer(problem: Problem) -> Response:
    """`problem` as a response."""
    response = Response(msgspec.json.encode(problem.body), problem.status, content_type=PROBLEM_JSON)
    response.headers.update(problem.headers)
    return response


def _http_error(error: HTTPException) -> Response:
    status = error.code or InternalServerError.code
    problem = Problem(status, error.name, error.description or error.name)
    if allowed := getattr(error, "valid_methods", None):
        problem.with_header("Allow", ", ".join(sorted(allowed)))
    return answer(problem)


def _fault(error: Exception) -> Response:
    """For a fault of ours. The framework would log the path, which may name a customer."""
    _log.error("request failed", error=type(error).__name__, where=frames(error))
    return answer(Problem(500, "Internal Server Error", "this is a fault of the service: its log says where"))


def answer_problems(app: Flask) -> None:
    """Make `app` answer every error, its own and the framework's, as problem+json."""
    app.register_error_handler(Problem, answer)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _fault)
