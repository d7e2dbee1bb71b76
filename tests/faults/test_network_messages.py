"""The network fails between the feedback worker and its parts, and between those who send and those who get
mails and alerts: each answer counts once, and each message arrives."""

import json
from collections import Counter, defaultdict
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from events.topics import EVENTS
from faults import voices
from faults.flow import Flow
from faults.trials import Try
from faults.troubles import KAFKA, MONGODB, Part, go_through_all
from feedback.store import Store, database_name
from harness import services
from harness.customers import Product, product
from harness.network import between
from harness.receivers import HttpReceiver, http_receiver
from harness.services import environment
from harness.wait import until
from local.stack import Stack
from streams.publisher import Message, Publisher

pytestmark = pytest.mark.fault

Mongo = MongoClient[dict[str, Any]]
SEED = 57


@pytest.mark.parametrize("part", [MONGODB, KAFKA], ids=lambda part: part.name)
def test_a_feedback_worker_goes_on_and_counts_each_answer_once(
    part: Part, broker: Stack, database: str, mongo: Mongo, tmp_path: Path, try_fault: Try
) -> None:
    store = Store(mongo, database_name(database))
    publisher = Publisher(broker.kafka)

    def say(number: int) -> None:
        publisher.publish([voices.voice(5 * number + each) for each in range(5)])

    def turn_over() -> None:
        before = voices.reached(store)
        until(lambda: _all_moved(before, voices.reached(store)), 90, "every partition to move")

    with between(part.address(broker)) as link, ExitStack() as closing:
        closing.callback(publisher.close)
        env = environment(broker, database, **{part.variable: link.address})
        with (
            services.feedback_worker(env, tmp_path),
            Flow(say, rate=15) as flow,
            go_through_all(try_fault, f"feedback worker and {part.name}", SEED) as troubles,
        ):
            troubles.happen_to(link, part, turn_over)
            said = 5 * flow.stop()
            until(lambda: sum(voices.reached(store).values()) == said, 90, "all that was said")
            troubles.judge(*voices.losses(store, said))


def _all_moved(before: dict[int, int], now: dict[int, int]) -> bool:
    return len(now) == 4 and all(now[number] > before.get(number, 0) for number in now)


def test_mails_go_on_and_reach_each_customer_once_but_where_the_answer_was_lost(
    broker: Stack, database: str, mongo: Mongo, tmp_path: Path, try_fault: Try
) -> None:
    server = Part("mail server", "DESKPULSE_SMTP_URL", commit=b"Subject:", amid=b"MAIL FROM", deliberate=True)
    store = Store(mongo, database_name(database))
    with product(broker, database, tmp_path, delay="0s") as desk:
        desk.feedback_worker.stop()

        def resolve(number: int) -> None:
            desk.resolved(f"{number}", f"customer-{number}@example.com")

        def more_mails() -> None:
            reached = len(desk.mails.messages)
            until(lambda: len(desk.mails.messages) >= reached + 3, 90, "more mails")

        with (
            between(desk.env[server.variable]) as link,
            services.feedback_worker({**desk.env, server.variable: link.address}, tmp_path),
            Flow(resolve, rate=3) as flow,
            go_through_all(try_fault, "feedback worker and mail server", SEED) as troubles,
        ):
            troubles.happen_to(link, server, more_mails)
            customers = flow.stop()
            until(lambda: len(_recipients(desk)) == customers, 90, "a mail to everybody")
            until(lambda: store.database["letters"].count_documents({"state": "waiting"}) == 0, 60, "quiet")
            twice = sum(count - 1 for count in _recipients(desk).values())
            troubles.judge(customers - len(_recipients(desk)), max(0, twice - _uncertain(store)))


def _recipients(desk: Product) -> Counter[str]:
    return Counter(str(mail["To"]) for mail in list(desk.mails.messages))


def _uncertain(store: Store) -> int:
    names = [document["_id"] for document in store.database["cases"].find({}, {"_id": 1})]
    return sum(survey.uncertain for case in store.cases(names).values() for survey in case.surveys)


ALERTING = """
sources: {demo: {adapter: cloudevents, secrets: [env:DEMO_SECRET]}}
policies: [{name: prompt, calendar: always, targets: {first_response: 1s}}]
alerts: [{match: {stage: [breached]}, notify: [{webhook: env:OPS_HOOK, secret: env:DEMO_SECRET}]}]
"""


def test_alerts_go_on_and_a_repeated_one_has_the_same_id(
    broker: Stack, database: str, tmp_path: Path, try_fault: Try
) -> None:
    config = tmp_path / "deskpulse.yml"
    config.write_text(ALERTING)
    receiver = Part("receiver", "OPS_HOOK", commit=b"POST ", amid=b"POST ")
    publisher = Publisher(broker.kafka)
    with http_receiver() as hook, between(hook.url) as link, ExitStack() as closing:
        closing.callback(publisher.close)
        env = environment(broker, database, DESKPULSE_CONFIG=str(config), OPS_HOOK=link.address)

        def more_alerts() -> None:
            reached = len(hook.accepted)
            until(lambda: len(hook.accepted) >= reached + 3, 90, "more alerts")

        with (
            services.worker(env, tmp_path),
            Flow(lambda number: publisher.publish([_ticket(number)]), rate=4) as flow,
            go_through_all(try_fault, "worker and a receiver of alerts", SEED) as troubles,
        ):
            troubles.happen_to(link, receiver, more_alerts)
            tickets = flow.stop()
            until(lambda: len(_told(hook)) == tickets, 90, "every broken promise to be told")
            groups = sum(len(names) for names in _told(hook).values())
            troubles.judge(tickets - len(_told(hook)), groups - tickets)


def _ticket(number: int) -> Message:
    """A customer's ticket of now, of a team of its own: a team gets one message a minute."""
    event = {
        "specversion": "1.0",
        "id": f"n{number}",
        "source": "demo",
        "type": "ticket.created",
        "subject": f"{number}",
        "time": datetime.now(UTC).isoformat(),
        "data": {"team": f"team-{number}"},
    }
    return Message(EVENTS, f"demo/{number}".encode(), json.dumps(event).encode())


def _told(hook: HttpReceiver) -> dict[str, set[str]]:
    """Ticket → the ids of the messages that told of it."""
    found = defaultdict(set)
    for posted in list(hook.accepted):
        for alert in json.loads(posted.body)["alerts"]:
            found[alert["ticket"]].add(posted.headers["webhook-id"])
    return found
