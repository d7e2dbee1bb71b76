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
from runtime.stop import Stop
from streams.consumer import ExactlyOnce
from streams.membership import Subscription
from streams.positions import Positions
from streams.publisher import Publisher
from streams.telemetry import Telemetry

GROUP: Final = "feedback"
TICKETS_GROUP: Final = "feedback-tickets"
"""A group of its own: who joins the one must not stop the other."""
_JOIN_SECONDS: Final = 5.0

log = structlog.get_logger()


class Beside(Protocol):
    """Something that works in threads of its own."""

    def start(self, stop: Stop) -> None:
        """Work until `stop`."""

    def is_alive(self) -> bool:
        """Whether it still works."""

    def join(self, seconds: float) -> None:
        """Wait until it has ended, `seconds` at most."""


class Crew(AbstractContextManager["Crew"]):
    """The `consumers`, of which the first runs on the caller's thread, and what works `beside` them."""

    def __init__(
        self, consumers: Sequence[ExactlyOnce], beside: Sequence[Beside], close: Callable[[], None]
    ) -> None:
        self._consumers = consumers
        self._beside = beside
        self._close = close
        self._threads: list[Thread] = []

    def run(self, stop: Stop) -> None:
        """Work until `stop`; a loop that ends by itself ends everything."""
        for one in self._beside:
            one.start(stop)
        first, *others = self._consumers
        self._threads = [Thread(target=self._loop, args=(other, stop), daemon=True) for other in others]
        for thread in self._threads:
            thread.start()
        self._loop(first, stop)
        for thread in self._threads:
            thread.join(_JOIN_SECONDS)
        for one in self._beside:
            one.join(_JOIN_SECONDS)

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

    @staticmethod
    def _loop(consumer: ExactlyOnce, stop: Stop) -> None:
        try:
            consumer.run(stop)
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
    telemetry = Telemetry(registry)

    def consumer(topic: str, group: str, handler: TicketsHandler | FeedbackHandler) -> ExactlyOnce:
        subscription = Subscription(settings.where.kafka, topic, group, batch_size)
        positions = Positions(store.database, group)
        return ExactlyOnce(subscription, client, positions, handler, publisher, telemetry)

    return Crew(
        [
            consumer(FEEDBACK, GROUP, FeedbackHandler(store, settler, _now, models)),
            consumer(TICKETS, TICKETS_GROUP, TicketsHandler(store, settler, _now)),
        ],
        [
            Couriers(store, box, lanes, LetterTelemetry(registry)),
            Sender(outbox, destinations, AlertTelemetry(registry, destinations.destinations)),
            Watch(store, outbox.tell),
            Nightly(store, settings.feedback),
        ],
        publisher.close,
    )


def _new_id() -> str:
    return uuid.uuid4().hex


def _now() -> int:
    return time.time_ns() // 1000
