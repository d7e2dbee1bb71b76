"""The network fails between ingest and Kafka, and between the metrics web and MongoDB: whatever was accepted
arrives once and in order, and every question is answered, rightly or not at all."""

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest
from kafka import KafkaConsumer, TopicPartition
from pymongo import MongoClient

from events.topics import EVENTS
from faults import check
from faults.load import Load, events
from faults.trials import Try
from faults.troubles import KAFKA, Part, go_through_all
from faults.webhooks import Helpdesk, assert_in_order_and_once, await_arrival
from harness import services
from harness.network import between
from harness.services import API_TOKEN, environment
from harness.wait import until
from local.stack import Stack

pytestmark = pytest.mark.fault

SEED = 53
ANY_ANSWER = Part("MongoDB", "MONGODB_URI")
REPORT = "/api/v1/reports/volume?from=2026-05-01T00:00:00Z&to=2026-06-01T00:00:00Z&interval=day"
PATHS = (REPORT, "/api/v1/tickets/acme/1?as_of=2026-06-01T00:00:00Z", "/metrics")


def test_ingest_goes_on_accepting_and_nothing_of_it_is_lost(
    broker: Stack, tmp_path: Path, try_fault: Try
) -> None:
    config = tmp_path / "deskpulse.yml"
    config.write_text("sources: {acme: {adapter: cloudevents, secrets: [env:DEMO_SECRET]}}")
    env = environment(broker, "none", DESKPULSE_CONFIG=str(config))
    with between(broker.kafka) as link, ends(broker.kafka) as topic:
        env["KAFKA_BOOTSTRAP_SERVERS"] = link.address
        with (
            services.ingest(env, tmp_path) as door,
            Helpdesk(door.port) as helpdesk,
            go_through_all(try_fault, "ingest and Kafka", SEED) as troubles,
        ):
            troubles.happen_to(link, KAFKA, topic.await_more)
            helpdesk.stop()
            found = await_arrival(broker.kafka, helpdesk.accepted())
            arrived = [name for names in found.values() for name in names]
            troubles.judge(len({*helpdesk.accepted()} - {*arrived}), len(arrived) - len({*arrived}))

    assert (helpdesk.refused(), helpdesk.broken) == ([], set())
    assert_in_order_and_once(found)


class Ends:
    """How far `helpdesk.events` at an address reaches."""

    def __init__(self, consumer: KafkaConsumer) -> None:
        self._consumer = consumer

    def await_more(self) -> None:
        """Return once a hundred messages more have arrived."""
        before = self._reached()
        until(lambda: self._reached() >= before + 100, 90, "messages to arrive")

    def _reached(self) -> int:
        partitions = [TopicPartition(EVENTS, number) for number in range(4)]
        return sum(self._consumer.end_offsets(partitions).values())


@contextmanager
def ends(address: str) -> Iterator[Ends]:
    """Of the topic at `address`, as long as the block lasts."""
    consumer = KafkaConsumer(bootstrap_servers=address)
    try:
        yield Ends(consumer)
    finally:
        consumer.close()


class Readers:
    """Ask for each of PATHS again and again, each on a thread of its own.

    `answers`: how often which status came for a path; `wrong`: how many reports said something else than the
    first; a question that isn't answered within 60 s ends its thread.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._end = Event()
        self.served = dict.fromkeys(PATHS, 0)
        self.refused = dict.fromkeys(PATHS, 0)
        self.wrong = 0
        self.threads = [Thread(target=self._read, args=(path,)) for path in PATHS for _ in range(2)]

    def __enter__(self) -> "Readers":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        for thread in self.threads:
            thread.join()

    def await_answers(self) -> None:
        """Return once everything was served five times more."""
        before = dict(self.served)
        until(
            lambda: all(self.served[path] >= before[path] + 5 for path in PATHS),
            90,
            "each to be served again",
        )

    def _read(self, path: str) -> None:
        first = None
        while not self._end.wait(0.02):
            connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
            try:
                connection.request("GET", path, headers={"Authorization": f"Bearer {API_TOKEN}"})
                answer = connection.getresponse()
                body = answer.read()
            finally:
                connection.close()
            if answer.status != 200:
                assert answer.status == 503
                self.refused[path] += 1
                continue
            self.served[path] += 1
            if path != "/metrics":
                first = first or body
                self.wrong += body != first


def test_the_metrics_web_answers_always(
    broker: Stack, database: str, mongo: MongoClient[dict[str, object]], tmp_path: Path, try_fault: Try
) -> None:
    env = environment(broker, database)
    with services.worker(env, tmp_path), Load(broker.kafka, events(SEED, 2000, 300), rate=4000) as load:
        load.join()
        check.await_all_processed(mongo, broker.kafka, database)
    with (
        between(broker.mongo) as link,
        services.metrics({**env, "MONGODB_URI": link.address}, tmp_path) as web,
        Readers(web.port) as readers,
        go_through_all(try_fault, "metrics web and MongoDB", SEED) as troubles,
    ):
        troubles.happen_to(link, ANY_ANSWER, readers.await_answers)
        unanswered = sum(not thread.is_alive() for thread in readers.threads)
        troubles.judge(unanswered, readers.wrong)

    assert readers.refused["/metrics"] == 0
