"""What a feedback worker does side by side: reading two topics, sending letters and alerts, watching moods,
and once a night what has time."""

import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from threading import Thread
from typing import Any, Final, Protocol

import structlog
from prometheus_client import CollectorRegistry
from pymongo import MongoClient

from alerts.config import routing
from alerts.outbox import Outbox
from alerts.sender import Sender
from alerts.telemetry import Telemetry as AlertTelemetry
from calendars.config import calendars
from events.topics import FEEDBACK, TICKETS
from feedback.learning.models import Models
from feedback.letters.box import LetterBox
from feedback.letters.configured import ways
from feedback.letters.courier import Couriers
from feedback.letters.telemetry import Telemetry as LetterTelemetry
from feedback.moods.watch import Watch
from feedback.nightly import Nightly
from feedback.settings import Settings, read_contact_opener, survey_link
from feedback.settling import Settler, Ways
from feedback.store import Store, database_name
from feedback.worker import FeedbackHandler, TicketsHandler
from runtime.logs import frames
from runtime.stop import Stop
from streams.clock import SharedClock
from streams.consumer import ExactlyOnce
from streams.membership import Subscription
from streams.positions import Positions
from streams.publisher import Publisher
from streams.telemetry import Telemetry

GROUP: Final = "feedback"
TICKETS_GROUP: Final = "feedback-tickets"
"""A group of its own: who joins the one must not stop the other."""
_JOIN_SECONDS: Final = 5.0
"""How long all of them together may take to end."""

log = structlog.get_logger()


class Beside(Protocol):
    """Something that works in threads of its own."""

    def start(self, stop: Stop) -> None:
        """Work until `stop`."""

    def is_alive(self) -> bool:
        """Whether it still works."""

    def join(self, seconds: float) -> None:
        """Wait until it has ended, `seconds` at most."""


class Failed(Exception):
    """A consumer ended by a fault of ours; the log says where."""


class Crew(AbstractContextManager["Crew"]):
    """The `consumers`, of which the first runs on the caller's thread, and what works `beside` them."""

    def __init__(
        self, consumers: Sequence[ExactlyOnce], beside: Sequence[Beside], close: Callable[[], None]
    ) -> None:
        self._consumers = consumers
        self._beside = beside
        self._close = close
        self._threads: list[Thread] = []
        self._failed: list[str] = []

    def run(self, stop: Stop) -> None:
        """Work until `stop`. A loop that ends by itself ends everything; then raises Failed."""
        for one in self._beside:
            one.start(stop)
        first, *others = self._consumers
        self._threads = [Thread(target=self._loop, args=(other, stop), daemon=True) for other in others]
        for thread in self._threads:
            thread.start()
        self._loop(first, stop)
        end = time.monotonic() + _JOIN_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
        for one in self._beside:
            one.join(max(0.0, end - time.monotonic()))
        if self._failed:
            raise Failed(f"a consumer ended: {', '.join(self._failed)}; see the log")

    def last_turn(self) -> float:
        """When the slowest loop last turned, in monotonic seconds."""
        return min(consumer.last_turn for consumer in self._consumers)

    def is_ready(self) -> bool:
        """Whether every consumer has its share."""
        return all(consumer.assigned() for consumer in self._consumers)

    def is_alive(self) -> bool:
        """Whether all threads work."""
        return all(one.is_alive() for one in self._beside) and all(t.is_alive() for t in self._threads)

    def __exit__(self, *_error: object) -> None:
        self._close()

    def _loop(self, consumer: ExactlyOnce, stop: Stop) -> None:
        try:
            consumer.run(stop)
        except Exception as error:  # noqa: BLE001 # whatever it is, the others stop in order
            # Without what it says: that may be a customer's.
            log.error("consumer failed", error=type(error).__name__, where=frames(error))  # noqa: TRY400
            self._failed.append(type(error).__name__)
        finally:
            stop.set()


def crew(
    settings: Settings,
    env: Mapping[str, str],
    client: MongoClient[dict[str, Any]],
    registry: CollectorRegistry,
    batch_size: int,
) -> Crew:
    """Everybody that a worker with these settings needs. Raises ConfigInvalid."""
    store = Store(client, database_name(settings.where.database))
    store.prepare()
    box = LetterBox(store.database)
    box.prepare()
    destinations = routing(settings.config.alerts, calendars(settings.config.calendars), env)
    outbox = Outbox(store.database, destinations)
    outbox.prepare()
    models = Models(store)
    opener = read_contact_opener(env, settings.known)
    rules = settings.feedback.follow_ups
    settler = Settler(
        store, Ways(settings.known, rules, settings.hash_key, opener, _new_id), box, outbox.tell
    )
    lanes = ways(settings.known, settings.feedback, env, opener, survey_link(settings))
    publisher = Publisher(settings.where.kafka)
    clock = SharedClock(client)
    telemetry = Telemetry(registry)

    def consumer(topic: str, group: str, handler: TicketsHandler | FeedbackHandler) -> ExactlyOnce:
        subscription = Subscription(settings.where.kafka, topic, group, batch_size)
        positions = Positions(store.database, group)
        return ExactlyOnce(subscription, client, positions, handler, publisher, telemetry, clock)

    return Crew(
        [
            consumer(FEEDBACK, GROUP, FeedbackHandler(store, settler, clock, models)),
            consumer(TICKETS, TICKETS_GROUP, TicketsHandler(store, settler, clock)),
        ],
        [
            Couriers(store, box, lanes, LetterTelemetry(registry), clock),
            Sender(outbox, destinations, AlertTelemetry(registry, destinations.destinations), clock),
            Watch(store, outbox.tell, clock),
            Nightly(store, settings.feedback, clock),
        ],
        publisher.close,
    )


def _new_id() -> str:
    return uuid.uuid4().hex
