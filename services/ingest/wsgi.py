"""The composition root of the web process: it makes the clients and knows how to close them."""

import gc
import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime

import structlog
from flask import Flask

from ingest.app import create_app
from ingest.door import Behind, Door
from ingest.intake import Sender, Senders
from ingest.outlet import Outlet
from ingest.refusals import plainly
from ingest.schemes import Delivery
from ingest.settings import Settings
from ingest.spool import Bounds, Spool
from ingest.unread.store import UnreadStore
from runtime.garbage import collect_rarely
from runtime.stop import Stop

_EXPIRY_SECONDS = 3600.0

_log = structlog.get_logger(__name__)


def build(settings: Settings, bounds: Bounds, senders: Senders) -> tuple[Flask, Callable[[], None]]:
    """The app and the function that closes its clients; call it in the process that serves."""
    for name, sender in senders.items():
        if not sender.credentials.secrets:
            _log.warning("source_without_secrets", source=name, effect="every post for it is answered 401")
    spool, unread = Spool(bounds), UnreadStore(bounds.directory)
    outlet = Outlet(settings.kafka, settings.partitions, spool)

    def keep(sender: Sender, delivery: Delivery, why: Exception) -> None:
        config = sender.origin.config
        unread.keep(sender.origin.name, delivery, config.header, plainly(why), sender.adapter.version)

    stop = Stop()
    expiry = threading.Thread(target=_expire, args=(unread, stop), name="unread-expiry", daemon=True)
    expiry.start()

    def close() -> None:
        stop.set()
        outlet.close()
        spool.close()
        unread.close()

    door = Door(senders, Behind(outlet.publish, keep, settings.privacy))
    for name, what, value in _gauges(spool, outlet):
        door.telemetry.gauge(name, what, value)
    app = create_app(door, settings.tokens, outlet.missing)
    # What has been made by now stays, and requests leave no cycles: looking for them is a tenth of the work.
    gc.freeze()
    collect_rarely()
    return app, close


def _expire(unread: UnreadStore, stop: Stop) -> None:
    """Drop what was kept for long enough, now and every hour until `stop`."""
    while not stop.is_set():
        try:
            unread.expire(datetime.now(UTC))
        except sqlite3.Error as error:
            _log.warning("unread_not_expired", error=str(error))
        stop.wait(_EXPIRY_SECONDS)


def _gauges(spool: Spool, outlet: Outlet) -> list[tuple[str, str, Callable[[], float]]]:
    return [
        ("helpdesk_ingest_spool_messages", "Accepted messages that wait for Kafka.", lambda: spool.depth),
        ("helpdesk_ingest_spool_bytes", "What they take of the spool's bound.", lambda: spool.bytes),
        (
            "helpdesk_ingest_spool_oldest_seconds",
            "For how long the oldest of them has waited.",
            lambda: spool.oldest_seconds,
        ),
        ("helpdesk_ingest_spooling", "1 while everything goes to the spool.", lambda: outlet.spooling),
    ]
