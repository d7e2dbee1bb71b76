"""A whole product with customers: tickets go in by webhook, mails come out, answers show in the numbers."""

import json
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import requests

from harness import services
from harness.receivers import Mailbox, mailbox
from harness.services import API_TOKEN, DEMO_SECRET, RunningService, environment
from harness.wait import until
from local import ports
from local.stack import Stack
from local.traffic import post

CONFIG = """
sources:
  demo: {{adapter: cloudevents, secrets: [env:DEMO_SECRET]}}
surveys:
  csat: {{delay: {delay}, expires: 14d, cooldown: {cooldown}, languages: [tr, en]}}
feedback: {{company: Acme, from: "Acme Destek <destek@acme.example>"}}
"""


@dataclass
class Product:
    """All services with their mail server."""

    ingest: RunningService
    worker: RunningService
    feedback_worker: RunningService
    feedback: RunningService
    mails: Mailbox
    env: dict[str, str]
    logs: Path
    counter: dict[str, int] = field(default_factory=dict)

    def say(self, kind: str, subject: str, data: dict[str, Any], at: datetime | None = None) -> None:
        """Post one event of a ticket, signed, through ingest's webhook."""
        self.counter[subject] = self.counter.get(subject, 0) + 1
        event = {
            "specversion": "1.0",
            "id": f"{subject}-{self.counter[subject]}-{uuid.uuid4().hex}",
            "source": "demo",
            "type": kind,
            "time": (at or datetime.now(UTC)).isoformat(),
            "subject": subject,
            "data": data,
        }
        assert sum(post(self.ingest.url("/webhooks/demo"), DEMO_SECRET, [event])) == 1

    def resolved(self, subject: str, address: str, **fields: Any) -> None:
        """A customer's ticket that an agent answers and resolves."""
        created = {"team": "billing", "requester": address, "contact": address, "locale": "tr", **fields}
        self.say("ticket.created", subject, created)
        self.say("ticket.commented", subject, {"author": {"kind": "agent", "id": "ayse"}})
        self.say("ticket.changed", subject, {"status": "resolved", "assignee": "ayse"})

    def mail_to(self, address: str) -> EmailMessage:
        """The mail that reached `address`, once it has."""

        def arrived() -> list[EmailMessage]:
            return [mail for mail in self.mails.messages if address in str(mail["To"])]

        return until(arrived, 40, f"a mail to {address}")[0]

    def ask(self, path: str) -> Any:
        """What the feedback API answers."""
        answer = requests.get(
            self.feedback.url(path), headers={"Authorization": f"Bearer {API_TOKEN}"}, timeout=10
        )
        return answer.json() if answer.status_code == 200 else None

    def figures(self, measure: str = "csat", query: str = "") -> dict[str, Any]:
        """The one row of a report."""
        rows = self.ask(f"/api/v1/feedback/{measure}{query}")["rows"]
        return rows[0] if rows else {}

    def surveys(self, subject: str) -> list[dict[str, Any]]:
        """The surveys of a ticket."""
        found = self.ask(f"/api/v1/surveys/demo/{subject}")
        return found["surveys"] if found else []

    def metrics(self) -> str:
        """What Prometheus scrapes of the feedback web."""
        return requests.get(self.feedback.url("/metrics"), timeout=10).text


@contextmanager
def product(
    stack: Stack, database: str, directory: Path, *, delay: str, cooldown: str = "7d"
) -> Iterator[Product]:
    """The services on `stack`; surveys are due `delay` after a resolution."""
    config = directory / "deskpulse.yml"
    config.write_text(CONFIG.format(delay=delay, cooldown=cooldown))
    port = ports.free_port()
    with ExitStack() as running:
        mails = running.enter_context(mailbox())
        env = environment(
            stack,
            database,
            DESKPULSE_CONFIG=str(config),
            DESKPULSE_SMTP_URL=f"smtp://127.0.0.1:{mails.port}?starttls=no",
            DESKPULSE_PUBLIC_URL=f"http://127.0.0.1:{port}",
        )
        yield Product(
            ingest=running.enter_context(services.ingest(env, directory)),
            worker=running.enter_context(services.worker(env, directory)),
            feedback_worker=running.enter_context(services.feedback_worker(env, directory)),
            feedback=running.enter_context(services.feedback(env, directory, port)),
            mails=mails,
            env=env,
            logs=directory,
        )


def links(mail: EmailMessage) -> list[str]:
    """Every address in the plain text of `mail` and in its headers."""
    body = mail.get_body(("plain",))
    assert body is not None
    words = body.get_content().split() + str(mail["List-Unsubscribe"]).strip("<>").split()
    return [word.strip("<>") for word in words if word.strip("<>").startswith("http")]


def as_json(text: str) -> Any:
    """The JSON in `text`."""
    return json.loads(text)
