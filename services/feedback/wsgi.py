"""The composition root of the web process: it makes the clients and knows how to close them."""

from collections.abc import Callable

from flask import Flask
from prometheus_client import CollectorRegistry
from pymongo.read_concern import ReadConcern

from feedback.settings import Settings
from feedback.store import Store, database_name
from feedback.web.app import create_app
from rollups.reachable import missing
from runtime.mongo import WEB_ANSWER_SECONDS, connect
from streams.publisher import Publisher


def build(settings: Settings) -> tuple[Flask, Callable[[], None]]:
    """The app and the function that closes its clients; call it in the process that serves."""
    client = connect(
        settings.where.mongo,
        "deskpulse-feedback-web",
        answer_seconds=WEB_ANSWER_SECONDS,
        absent_seconds=2.0,
    )
    publisher = Publisher(settings.where.kafka, delivery_timeout=12.0, block_timeout=2.0)
    store = Store(client, database_name(settings.where.database), ReadConcern("majority"))
    app = create_app(store, publisher, settings, CollectorRegistry(), lambda: missing(client))

    def close() -> None:
        publisher.close()
        client.close()

    return app, close
