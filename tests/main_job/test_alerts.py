"""From a posted event to the lead's mailbox: the whole chain, with a worker that is killed on the way."""

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from pymongo import MongoClient
from standardwebhooks.webhooks import Webhook

from harness.alerting import SECRET
from harness.receivers import http_receiver, mailbox
from harness.services import API_TOKEN, DEMO_SECRET, environment, ingest, metrics, worker
from harness.wait import until
from local.stack import Stack

CONFIG = """
sources: {demo: {adapter: cloudevents, secrets: [env:DEMO_SECRET]}}
policies:
  - {name: prompt, calendar: always, targets: {first_response: 8s}, warn_before: 2s}
alerts:
  - match: {team: [billing], stage: [breached]}
    notify: [env:LEAD_MAIL, {webhook: env:OPS_HOOK, secret: env:OPS_SECRET}]
"""


def test_a_breach_while_the_worker_was_dead_reaches_mail_and_webhook_once_with_its_true_time(
    broker: Stack, mongo: MongoClient[Any], database: str, tmp_path: Path
) -> None:
    config = tmp_path / "deskpulse.yml"
    config.write_text(CONFIG)
    with http_receiver() as hook, mailbox() as mail:
        env = environment(
            broker,
            database,
            DESKPULSE_CONFIG=str(config),
            LEAD_MAIL=mail.url,
            OPS_HOOK=hook.url,
            OPS_SECRET=SECRET,
        )
        with ingest(env, tmp_path) as door, worker(env, tmp_path) as first:
            created = datetime.now(UTC)
            post(door.url("/v1/events"), created)
            until(lambda: mongo[database]["tickets"].count_documents({}) == 1, 30, "the ticket")
            first.kill()
        due = created + timedelta(seconds=8)
        until(lambda: time.time() > due.timestamp() + 1, 20, "the promise to be broken")
        with worker(env, tmp_path), metrics(env, tmp_path) as web:
            until(lambda: hook.accepted and mail.messages, 30, "both to be told")
            rows = ask(web.url("/api/v1/sla/open"))["rows"]

    (posted,) = hook.accepted
    (alert,) = json.loads(posted.body)["alerts"]
    Webhook(SECRET).verify(posted.body, posted.headers)
    assert (alert["ticket"], alert["stage"], alert["target"]) == ("1", "breached", "first_response")
    assert datetime.fromisoformat(alert["due_at"]) == due
    assert len(mail.messages) == 1
    assert [(row["ticket"], row["clock"]["state"]) for row in rows] == [("1", "breached")]
    assert datetime.fromisoformat(rows[0]["clock"]["breached_at"]) == due


def post(url: str, created: datetime) -> None:
    """A ticket of the billing team, through the door."""
    event = {
        "specversion": "1.0",
        "id": "1",
        "source": "demo",
        "type": "ticket.created",
        "subject": "1",
        "time": created.isoformat(),
        "data": {"team": "billing", "url": "https://desk.example.com/tickets/1"},
    }
    headers = {"Content-Type": "application/cloudevents+json", "Authorization": f"Bearer {DEMO_SECRET}"}
    with urlopen(Request(url, json.dumps(event).encode(), headers), timeout=10) as answer:
        assert answer.status == 202


def ask(url: str) -> Any:
    """The JSON at `url` of the API."""
    request = Request(url, headers={"Authorization": f"Bearer {API_TOKEN}"})
    with urlopen(request, timeout=10) as answer:
        return json.load(answer)
