"""Each process is told to stop (SIGTERM) under load: it ends by itself within ten seconds, and what was under
way is there after the next start. The metrics worker's test stands beside those of its death."""

import http.client
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from typing import Any

import pytest
import requests
from pymongo import MongoClient

from faults import check, voices, webhooks
from faults.load import Load, events
from faults.spooling import firsts, judge
from faults.trials import Try
from feedback import audit
from feedback.store import Store, database_name
from harness import services
from harness.customers import Product, links, product
from harness.services import API_TOKEN, RunningService, environment
from harness.wait import until
from local.stack import Stack

pytestmark = pytest.mark.fault

Mongo = MongoClient[dict[str, Any]]
CUSTOMERS = 24
VOICES = 5000


def stopped(service: RunningService) -> bool:
    """Tell `service` to stop; whether it ended by itself, with nothing to complain of, in time."""
    began = monotonic()
    return service.stop() == 0 and monotonic() - began < 10


@contextmanager
def together(count: int, work: Callable[[int, Event], None]) -> Iterator[None]:
    """`work` in so many threads, which are told to end with the block."""
    end = Event()
    threads = [Thread(target=work, args=(number, end)) for number in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        end.set()
        for thread in threads:
            thread.join()


def test_ingest_loses_nothing_that_it_has_accepted(broker: Stack, tmp_path: Path, try_fault: Try) -> None:
    config = tmp_path / "deskpulse.yml"
    config.write_text("sources: {acme: {adapter: cloudevents, secrets: [env:DEMO_SECRET]}}")
    spool = str(tmp_path / "spool")
    env = environment(broker, "none", DESKPULSE_CONFIG=str(config), DESKPULSE_SPOOL_DIR=spool)

    with try_fault("ingest told to stop", seed=0) as trial:
        with services.ingest(env, tmp_path) as ingest, webhooks.Helpdesk(ingest.port, rate=300) as desk:
            until(lambda: len(desk.accepted()) > 300, 60, "some hundred webhooks")
            assert stopped(ingest)
            desk.stop()
        trial.over()

        assert desk.refused() == []
        with services.ingest(env, tmp_path) as ingest:
            trial.recovered()
            found = webhooks.await_arrival(broker.kafka, desk.accepted())
            judge(trial, desk.accepted(), firsts(found))


class Readers:
    """Who reads reports again and again; `answers` are the statuses of whole answers, `torn` what broke off
    after it had begun."""

    def __init__(self, port: int, paths: list[str]) -> None:
        self._port, self._paths = port, paths
        self.answers: list[int] = []
        self.torn: list[str] = []

    def read(self, number: int, end: Event) -> None:
        """Until `end`, or until nobody answers any more."""
        while not end.is_set():
            connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
            path = self._paths[number % len(self._paths)]
            try:
                connection.request("GET", path, headers={"Authorization": f"Bearer {API_TOKEN}"})
                answer = connection.getresponse()
            except (OSError, http.client.HTTPException):
                return
            try:
                answer.read()
                self.answers.append(answer.status)
            except (OSError, http.client.HTTPException) as error:
                self.torn.append(f"{path}: {type(error).__name__}")
            finally:
                connection.close()


def test_the_metrics_web_finishes_the_answers_that_it_has_begun(
    broker: Stack, database: str, mongo: Mongo, tmp_path: Path, try_fault: Try
) -> None:
    env = environment(broker, database)
    distinct = events(3, 2000, 300)
    with (
        services.worker(env, tmp_path),
        services.metrics(env, tmp_path) as web,
        try_fault("the metrics web told to stop", seed=3) as trial,
    ):
        with Load(broker.kafka, distinct, rate=4000) as load:
            load.join()
        check.await_all_processed(mongo, broker.kafka, database)
        report = "/api/v1/reports/volume?from=2026-05-01T00:00:00Z&to=2026-06-01T00:00:00Z&interval=hour"
        readers = Readers(web.port, ["/metrics", report, "/api/v1/tickets/acme/1?explain=1"])
        with together(9, readers.read):
            until(lambda: len(readers.answers) > 200, 60, "some hundred answers")
            assert stopped(web)
        trial.over()
        with services.metrics(env, tmp_path):
            trial.recovered()
        trial.judge(len(readers.torn), 0)

    assert readers.torn == []
    assert set(readers.answers) == {200}


def test_the_feedback_worker_leaves_no_batch_half_done(
    broker: Stack, database: str, mongo: Mongo, tmp_path: Path, try_fault: Try
) -> None:
    env = environment(broker, database, DESKPULSE_BATCH_SIZE="40")
    store = Store(mongo, database_name(database))

    def read() -> int:
        return sum(voices.reached(store).values())

    with try_fault("the feedback worker told to stop", seed=0) as trial:
        with services.feedback_worker(env, tmp_path) as worker:
            voices.publish(broker.kafka, range(VOICES))
            until(lambda: read() > 200, 60, "some hundred messages")
            assert stopped(worker)
        trial.over()
        left = read()
        assert left < VOICES, "it had nothing under way any more"
        assert audit.verify(store, lambda _done: None) == []

        with services.feedback_worker(env, tmp_path):
            until(lambda: read() > left, 60, "the next messages")
            trial.recovered()
            until(lambda: read() == VOICES, 60, "all messages")
        trial.judge(*voices.losses(store, VOICES))


def recipients(desk: Product) -> Counter[str]:
    """To whom mails went, and how many."""
    return Counter(str(mail["To"]) for mail in list(desk.mails.messages))


def test_mails_under_way_reach_each_customer_once_and_thanked_answers_count(
    broker: Stack, database: str, tmp_path: Path, try_fault: Try
) -> None:
    thanked: list[str] = []
    unsure: list[str] = []

    def answer(number: int, end: Event) -> None:
        for mail in list(desk.mails.messages)[number::4]:
            link = next(one for one in links(mail) if one.endswith("?r=5")).removesuffix("?r=5")
            try:
                done = requests.post(link, data={"score": "5", "language": "tr"}, timeout=20)
            except requests.RequestException:
                unsure.append(link)
            else:
                (thanked if done.status_code == 200 else unsure).append(link)

    with (
        product(broker, database, tmp_path, delay="0s") as desk,
        try_fault("the feedback worker and its web told to stop while customers are asked", seed=0) as trial,
    ):
        for number in range(CUSTOMERS):
            desk.resolved(str(number), f"customer-{number}@example.com")
        until(lambda: len(desk.mails.messages) >= 5, 60, "the first mails")
        assert stopped(desk.feedback_worker)
        trial.over()
        left = len(desk.mails.messages)

        with services.feedback_worker(desk.env, tmp_path):
            until(lambda: len(desk.mails.messages) > left, 60, "the next mail")
            trial.recovered()
            until(lambda: len(recipients(desk)) == CUSTOMERS, 60, "all mails")
            assert set(recipients(desk).values()) == {1}
            with together(4, answer):
                until(lambda: len(thanked) >= 4, 30, "the first answers")
                assert stopped(desk.feedback)
            trial.over()
            with services.feedback(desk.env, tmp_path, desk.feedback.port):
                trial.recovered()
                until(lambda: desk.figures().get("answers", 0) >= len(thanked), 60, "the answers")
                answers = desk.figures()["answers"]
            trial.judge(max(0, len(thanked) - answers), max(0, answers - len(thanked) - len(unsure)))
