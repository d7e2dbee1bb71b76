"""A sender as a process of its own, to be killed: sends to the webhook HOOK until it is stopped.

Its clock is AHEAD seconds ahead, so that a lease need not be waited for.
"""

import os

from prometheus_client import CollectorRegistry
from pymongo import MongoClient

from alerts.outbox import Outbox
from alerts.routes import Destination
from alerts.sender import Sender, wall_clock
from alerts.telemetry import Telemetry
from harness.alerting import all_to
from runtime.stop import Stop

ahead = int(os.environ["AHEAD"]) * 1_000_000
stop = Stop().on_signals()
routing = all_to(Destination("HOOK", os.environ["HOOK"], os.environ["HOOK_SECRET"]))
with MongoClient[dict[str, object]](os.environ["MONGODB_URI"]) as client:
    outbox = Outbox(client[os.environ["MONGODB_DATABASE"]], routing)
    telemetry = Telemetry(CollectorRegistry(), routing.destinations)
    sender = Sender(outbox, routing, telemetry, lambda: wall_clock() + ahead)
    sender.start(stop)
    stop.wait(120)
    sender.join(5)
