"""A delivery can be followed through the logs: from the id that its sender knows to the worker's batch."""

import json
import re
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests

from harness import services
from harness.leaks import leaks
from harness.services import DEMO_SECRET, RunningService, environment
from harness.wait import until
from ingest.request_id import request_id_of
from local.stack import Stack

REQUESTER = "ayse.yilmaz@example.org"
EVENT = {
    "specversion": "1.0",
    "id": "e-77",
    "source": "demo",
    "type": "ticket.created",
    "time": "2026-11-21T09:30:00Z",
    "subject": "5158",
    "data": {"requester": REQUESTER, "contact": REQUESTER, "tags": ["Kargo hâlâ yok"]},
}


def said(service: RunningService, event: str) -> list[dict[str, Any]]:
    """The lines of the log that tell of `event`."""
    lines = [json.loads(line) for line in service.log.read_text().splitlines() if line.startswith("{")]
    return [line for line in lines if line["event"] == event]


def test_a_delivery_is_found_by_its_id_and_its_batch_by_the_ticket(
    broker: Stack, database: str, tmp_path: Path
) -> None:
    env = environment(broker, database)
    with ExitStack() as running:
        ingest = running.enter_context(services.ingest(env, tmp_path))
        detailed = {**env, "DESKPULSE_LOG_LEVEL": "DEBUG"}
        worker = running.enter_context(services.worker(detailed, tmp_path))
        answer = requests.post(
            ingest.url("/v1/events"),
            data=json.dumps(EVENT),
            headers={
                "Authorization": f"Bearer {DEMO_SECRET}",
                "Content-Type": "application/cloudevents+json",
                "X-Request-Id": "from-the-sender-1",
            },
            timeout=10,
        )
        assert (answer.status_code, answer.headers["X-Request-Id"]) == (202, "from-the-sender-1")

        (delivery,) = until(lambda: said(ingest, "delivery_accepted"), 10, "the delivery's line")
        (held,) = until(lambda: said(worker, "batch held"), 30, "the batch's line")
        (stored,) = said(worker, "batch stored")
        logs = ingest.log.read_bytes() + worker.log.read_bytes()

    assert (delivery["delivery"], delivery["events"]) == ("from-the-sender-1", ["e-77"])
    assert delivery["tickets"] == held["keys"] == ["demo/5158"]
    assert stored["batch"] == held["batch"]
    assert re.fullmatch(r"helpdesk\.events/\d/0-0", stored["batch"])
    assert (stored["messages"], stored["handled"]) == (1, 1)
    assert leaks(logs, [REQUESTER, "Kargo hâlâ yok", DEMO_SECRET]) == []


@pytest.mark.parametrize(
    ("headers", "known"),
    [
        ({"x-github-delivery": "72d3162e-cc78"}, "72d3162e-cc78"),
        ({"x-request-id": "proxy", "webhook-id": "msg_1"}, "msg_1"),
        ({"x-request-id": "two\nlines"}, None),
        ({"x-request-id": "x" * 101}, None),
        ({"x-request-id": "ayse@example.org"}, None),
        ({}, None),
    ],
)
def test_the_senders_own_id_is_taken_where_it_is_plainly_one(
    headers: dict[str, str], known: str | None
) -> None:
    found = request_id_of(headers)

    assert found == known or (known is None and re.fullmatch("[0-9a-f]{16}", found))
    assert known is not None or request_id_of(headers) != found
