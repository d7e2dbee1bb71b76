"""`GET /api/v1/surveys/<source>/<ticket>`: what a ticket's customer is asked, why not, and the link."""

from collections.abc import Callable
from typing import Any, Final

from flask import Blueprint, Response, request

from events.codec import key
from events.instants import moment
from feedback.cases.case import Case, Survey
from feedback.store import Store
from runtime.parameters import check_names
from runtime.problems import Problem
from runtime.web import json_answer

Link = Callable[[str, int], str]
"""The address of the page of a survey (its id, when it expires in µs)."""

_MOMENT: Final = {"type": ["string", "null"], "format": "date-time"}
_TEXT: Final = {"type": "string"}
PATHS: Final[dict[str, Any]] = {
    "/api/v1/surveys/{source}/{ticket}": {
        "get": {
            "summary": "A ticket's surveys, the oldest first: state, why not sent, open links.",
            "parameters": [
                {"name": name, "in": "path", "required": True, "schema": _TEXT}
                for name in ("source", "ticket")
            ],
            "responses": {
                "200": {
                    "description": "The surveys; none where none was due.",
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "required": ["surveys"],
                                "properties": {
                                    "surveys": {
                                        "type": "array",
                                        "items": {
                                            "type": "object",
                                            "properties": {
                                                "id": _TEXT,
                                                "survey": _TEXT,
                                                "state": _TEXT,
                                                "reason": {"type": ["string", "null"]},
                                                "resolved_at": _MOMENT,
                                                "due_at": _MOMENT,
                                                "sent_at": _MOMENT,
                                                "expires_at": _MOMENT,
                                                "answered": {"type": "boolean"},
                                                "url": {"type": ["string", "null"]},
                                            },
                                        },
                                    }
                                },
                            }
                        }
                    },
                },
                "404": {"description": "Nothing is known of such a ticket."},
            },
        }
    }
}


def add_routes(api: Blueprint, store: Store, link: Link) -> None:
    """Add the route to `api`, answered from `store`; `link` makes the addresses of pages."""

    @api.get("/surveys/<source>/<anything:ticket>")
    def surveys(source: str, ticket: str) -> Response:
        check_names(request.args, ())
        name = key(source, ticket)
        case = store.cases([name]).get(name)
        if case is None:
            raise Problem(404, "Unknown ticket", "no facts or feedback of such a ticket are known")
        return json_answer({"surveys": [_shown(case, survey, link) for survey in case.surveys]})


def _shown(case: Case, survey: Survey, link: Link) -> dict[str, Any]:
    is_open = survey.state in ("ready", "sent") and survey.expires_at is not None
    return {
        "id": survey.id,
        "survey": survey.name,
        "state": survey.state,
        "reason": survey.reason,
        "resolved_at": moment(survey.resolved_at),
        "due_at": moment(survey.due_at),
        "sent_at": None if survey.sent_at is None else moment(survey.sent_at),
        "expires_at": None if survey.expires_at is None else moment(survey.expires_at),
        "answered": case.answer(survey.id) is not None,
        "url": link(survey.id, survey.expires_at) if is_open and survey.expires_at is not None else None,
    }
