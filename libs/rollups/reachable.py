"""What a web service says while its store is away."""

from typing import Any

import pymongo
import structlog
from flask import Flask, Response
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from runtime.problems import Problem, answer

_log = structlog.get_logger(__name__)


def missing(client: MongoClient[dict[str, Any]]) -> str | None:
    """None where the store of `client` answers, else a sentence that it doesn't."""
    try:
        with pymongo.timeout(2):
            client.admin.command("ping")
    except PyMongoError as error:
        return f"MongoDB doesn't answer ({type(error).__name__})"
    return None


def answer_store_down(app: Flask) -> None:
    """Have `app` answer 503 where the store fails while a request is answered."""

    def store_down(error: PyMongoError) -> Response:
        _log.warning("store not read", error=type(error).__name__)
        problem = Problem(503, "Store unavailable", "the store doesn't answer: ask again later")
        return answer(problem.with_header("Retry-After", "5"))

    app.register_error_handler(PyMongoError, store_down)
