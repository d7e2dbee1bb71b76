"""The web app: `/metrics`, facts and reports."""

import msgspec
import structlog
from flask import Blueprint, Flask, Response
from prometheus_client import CollectorRegistry
from pymongo.errors import PyMongoError

from metrics.settings import Settings
from metrics.store import Store
from metrics.web import customer_api, openapi, report_api, sla_api, ticket_api
from runtime.problems import Problem, answer
from runtime.web import Check, create_web, exposition, require_token

_log = structlog.get_logger(__name__)


def create_app(store: Store, registry: CollectorRegistry, settings: Settings, ready: Check) -> Flask:
    """The app over `store`; `/metrics` shows `registry`; `ready` says what keeps it from its work."""
    app = create_web("metrics", ready)
    app.url_map.converters["ticket"] = ticket_api.TicketIdConverter
    app.register_error_handler(PyMongoError, _store_down)
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


def _store_down(error: PyMongoError) -> Response:
    _log.warning("store not read", error=type(error).__name__)
    problem = Problem(503, "Store unavailable", "the store doesn't answer: ask again later")
    return answer(problem.with_header("Retry-After", "5"))
