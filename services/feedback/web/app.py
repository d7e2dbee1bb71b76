"""The web app: the survey page, `/metrics`, and the API."""

from typing import Any

import msgspec
from flask import Blueprint, Flask, Response
from prometheus_client import CollectorRegistry

from feedback.exposition.collector import register
from feedback.page.routes import create_page
from feedback.settings import Settings, survey_link
from feedback.store import Store
from feedback.web import comment_api, customer_api, follow_up_api, openapi, score_api, survey_api
from feedback.web.desk import SurveyDesk
from rollups.reachable import answer_store_down
from runtime.exposition import exposition
from runtime.paths import AnythingConverter
from runtime.web import Check, create_web, require_token
from streams.clock import SharedClock
from streams.publisher import Publisher


def create_app(
    store: Store, publisher: Publisher, settings: Settings, registry: CollectorRegistry, ready: Check
) -> Flask:
    """The app over `store`; what customers do goes to Kafka through `publisher`; `ready` says what keeps the
    app from its work."""
    app = create_web("feedback", ready)
    app.url_map.converters["anything"] = AnythingConverter
    answer_store_down(app)
    register(registry, store, settings)
    document = msgspec.json.encode(openapi.document())
    app.add_url_rule("/metrics", "metrics", lambda: exposition(registry))
    app.add_url_rule("/openapi.json", "openapi", lambda: Response(document, content_type="application/json"))
    desk = SurveyDesk(store, publisher, settings.known)
    clock = SharedClock(store.database.client)
    app.register_blueprint(create_page(desk, settings, clock))
    app.register_blueprint(_api(store, publisher, settings, clock))
    return app


def _api(store: Store, publisher: Publisher, settings: Settings, clock: SharedClock) -> Blueprint:
    api = Blueprint("api", __name__, url_prefix="/api/v1")
    api.before_request(lambda: _require(settings))
    score_api.add_routes(api, store, settings.known, settings.feedback.enough)
    comment_api.add_routes(api, store)
    survey_api.add_routes(api, store, survey_link(settings))
    follow_up_api.add_routes(api, store, clock, settings.feedback.enough)
    customer_api.add_routes(api, store, publisher, settings.hash_key, clock)
    return api


def _require(settings: Settings) -> Any:
    return require_token(settings.tokens)
