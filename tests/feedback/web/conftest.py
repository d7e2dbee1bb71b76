"""The API of scores and comments over cases in the session's MongoDB."""

from typing import Any

import pytest
from flask import Blueprint
from flask.testing import FlaskClient
from pymongo import MongoClient
from pymongo.read_concern import ReadConcern

from feedback.config import questionnaires
from feedback.store import Store
from feedback.web import comment_api, score_api
from harness.cases import Cases
from runtime.web import create_web

QUESTION = {"tr": "Bizi önerir misiniz?", "en": "Would you recommend us?"}
KNOWN = questionnaires({"csat": {}, "loyalty": {"kind": "nps", "question": QUESTION}})
ENOUGH = 3


@pytest.fixture
def cases(mongo: MongoClient[dict[str, Any]], database: str) -> Cases:
    """What cases are written to."""
    return Cases(mongo, database)


@pytest.fixture
def web(mongo: MongoClient[dict[str, Any]], database: str, cases: Cases) -> FlaskClient:
    """The API, reading as the service does."""
    store = Store(mongo, database, ReadConcern("majority"))
    app = create_web("feedback", lambda: None)
    api = Blueprint("api", __name__, url_prefix="/api/v1")
    score_api.add_routes(api, store, KNOWN, ENOUGH)
    comment_api.add_routes(api, store)
    app.register_blueprint(api)
    return app.test_client()
