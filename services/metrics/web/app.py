"""The web app: `/metrics`, facts and reports."""

import msgspec
from flask import Blueprint, Flask, Response
from prometheus_client import CollectorRegistry

from metrics.settings import Settings
from metrics.store import Store
from metrics.web import customer_api, openapi, report_api, sla_api, ticket_api
from rollups.reachable import answer_store_down
from runtime.exposition import exposition
from runtime.paths import AnythingConverter
from runtime.web import Check, create_web, require_token


def create_app(store: Store, registry: CollectorRegistry, settings: Settings, ready: Check) -> Flask:
    """The app over `store`; `/metrics` shows `registry`; `ready` says what keeps it from its work."""
    app = create_web("metrics", ready)
    app.url_map.converters["anything"] = AnythingConverter
    answer_store_down(app)
    document = msgspec.json.encode(openapi.document())
    app.add_url_rule("/metrics", "metrics", lambda: exposition(registry))
    app.add_url_rule("/openapi.json", "openapi", lambda: Response(document, content_type="application/json"))
    api = Blueprint("api", __name__, url_prefix="/api/v1")
    api.before_request(lambda: require_token(settings.tokens))
    ticket_api.add_routes(api, store, settings.ways.rules)
    sla_api.add_routes(api, store, settings.ways.rules)
    report_api.add_routes(api, store, settings.ways.width)
    customer_api.add_routes(api, store, settings.ways.rules, settings.hash_key)
    app.register_blueprint(api)
    return app
