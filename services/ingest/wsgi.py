"""The composition root of the web process: it makes the clients and knows how to close them."""

from collections.abc import Callable

import structlog
from flask import Flask

from ingest.app import create_app
from ingest.intake import Senders
from ingest.outlet import Outlet
from ingest.settings import Settings

_log = structlog.get_logger(__name__)


def build(settings: Settings, senders: Senders) -> tuple[Flask, Callable[[], None]]:
    """The app and the function that closes its clients; call it in the process that serves."""
    for name, sender in senders.items():
        if not sender.credentials.secrets:
            _log.warning("source_without_secrets", source=name, effect="every post for it is answered 401")
    outlet = Outlet(settings.kafka, settings.partitions)
    return create_app(senders, settings.hash_key, outlet.publish, outlet.missing), outlet.close
