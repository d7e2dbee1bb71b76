"""The composed processes with a Prometheus over them, and traffic through both."""

from collections.abc import Iterator

import pytest
from pymongo import MongoClient

from deploy import composed, observed, tools, traffic
from deploy.composed import Outside
from deploy.observed import Prometheus
from events.topics import EVENTS
from feedback.store import database_name
from harness.mail_server import mail_server
from harness.parts import broker_of_own
from local import demo
from local import traffic as posting
from local.stack import Stack
from streams.publisher import Message, Publisher


@pytest.fixture(scope="module")
def outside(
    stack: Stack, mongo: MongoClient[dict[str, object]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Outside]:
    """What the processes of a module's tests have outside: a broker, a database, a mail server, secrets."""
    directory = tmp_path_factory.mktemp("composed")
    database = f"test-{directory.name}"
    composed.make_secrets(directory / "secrets")
    with broker_of_own(directory) as broker, mail_server() as mails:
        url = f"smtp://127.0.0.1:{mails.port}?starttls=no"
        composed.replace_secret(directory / "secrets", "DESKPULSE_SMTP_URL", url)
        yield Outside(broker.address, stack.mongo, database, directory / "secrets", directory)
    mongo.drop_database(database)
    mongo.drop_database(database_name(database))


@pytest.fixture(scope="module")
def prometheus(outside: Outside) -> Iterator[Prometheus]:
    """Prometheus after a demonstration week and a message that nobody can read went through the processes."""
    program = tools.required("prometheus")
    first, second = traffic.halves()
    with composed.running(outside) as processes:
        targets = {name: one.port for name, one in processes.items()}
        with observed.watching(program, targets, outside.directory / "prometheus") as watching:
            _post(outside, targets["ingest"], first)
            _settle(watching, first)
            _publish_junk(outside.kafka)
            _post(outside, targets["ingest"], second)
            _settle(watching, [*first, *second])
            yield watching


def _post(outside: Outside, port: int, events: traffic.Events) -> None:
    secret = (outside.secrets / "DEMO_SECRET").read_text(encoding="utf-8").strip()
    url = f"http://127.0.0.1:{port}/webhooks/{demo.SOURCE}"
    assert sum(posting.post(url, secret, events)) == len(events)


def _publish_junk(kafka: str) -> None:
    publisher = Publisher(kafka)
    try:
        publisher.publish([Message(EVENTS, b"demo/junk", b"no event at all")])
    finally:
        publisher.close()


def _settle(prometheus: Prometheus, events: traffic.Events) -> None:
    """Return once Prometheus knows what became of all `events`, and the rules have seen it."""
    answers = [event["data"]["survey"] for event in events if event["type"] == "feedback.rated"]
    # At least, for the worker tells itself of merged tickets.
    handled = (
        f'sum(helpdesk_events_handled_total{{job="metrics-worker"}}) >= bool {len(events) - len(answers)}'
    )
    observed.await_value(prometheus, handled, 1)
    for survey in ("csat", "nps"):
        query = f"sum(source_team:helpdesk_{survey}_responses:total)"
        observed.await_value(prometheus, query, answers.count(survey))
    observed.await_rules(prometheus)
