"""The OpenAPI 3.1 description of the feedback service, put together from its parts."""

from typing import Any, Final

from feedback.web import comment_api, customer_api, follow_up_api, score_api, survey_api
from runtime.problems import PROBLEM_JSON, SCHEMA

_TEXT: Final = {"type": "string"}
_PROBLEMS: Final = {
    "400": "A parameter or field is unknown or wrong; the problem names it.",
    "401": "The token is missing or wrong.",
    "503": "The store doesn't answer: ask again after Retry-After seconds.",
}
_PARTS: Final = (score_api, comment_api, survey_api, follow_up_api, customer_api)


def document() -> dict[str, Any]:
    """The whole document."""
    paths = {path: _whole(item) for part in _PARTS for path, item in part.PATHS.items()}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Deskpulse feedback", "version": "1"},
        "paths": paths,
        "components": {
            "schemas": {"Problem": SCHEMA},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"bearer": []}],
    }


def _whole(item: dict[str, Any]) -> dict[str, Any]:
    """The path `item` with what every operation may answer, and the shape of problems."""
    return {
        method: {**operation, "responses": _responses(operation["responses"])}
        for method, operation in item.items()
    }


def _responses(own: dict[str, Any]) -> dict[str, Any]:
    described = {status: {"description": text} for status, text in _PROBLEMS.items()} | own
    problem = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: response if status < "4" or "content" in response else {**response, "content": problem}
        for status, response in described.items()
    }
