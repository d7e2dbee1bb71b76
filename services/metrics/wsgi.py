"""The composition root of the web process: it makes the clients and knows how to close them."""

from collections.abc import Callable

from flask import Flask
from prometheus_client import CollectorRegistry
from pymongo.read_concern import ReadConcern

from metrics.exposition.collector import TicketCollector
from metrics.exposition.reader import SnapshotReader
from metrics.settings import Settings
from metrics.store import Store
from metrics.web.app import create_app
from rollups.latest import Latest
from rollups.reachable import missing
from runtime.mongo import WEB_ANSWER_SECONDS, connect
from streams.positions import Positions


def build(settings: Settings, group: str) -> tuple[Flask, Callable[[], None]]:
    """The app and the function that closes its clients; call it in the process that serves.

    `group` is the worker's, whose positions tell how far the numbers go.
    """
    client = connect(
        settings.where.mongo,
        "deskpulse-metrics-web",
        answer_seconds=WEB_ANSWER_SECONDS,
        absent_seconds=2.0,
    )
    # What a majority doesn't have yet may be rolled back, and a counter that was shown would fall.
    store = Store(client.get_database(settings.where.database, read_concern=ReadConcern("majority")))
    reader = SnapshotReader(store, Positions(store.database, group), settings.label_values, settings.ways)
    registry = CollectorRegistry()
    registry.register(TicketCollector(Latest(reader)))
    return create_app(store, registry, settings, lambda: missing(client)), client.close
