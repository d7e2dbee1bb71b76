"""Posting events to a source's webhook as a helpdesk would: in batches, signed (Standard Webhooks)."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from http.client import HTTPException
from typing import Any, Final

from standardwebhooks.webhooks import Webhook

from local import web
from local.failure import CannotRun

BATCH: Final = 200


def post(url: str, secret: str, events: Sequence[dict[str, Any]]) -> Iterator[int]:
    """Post `events` to the webhook `url` of a source with `secret` (`whsec_…`), as CloudEvents.

    Yields how many events each accepted request held. Raises CannotRun at the first that isn't accepted.
    """
    for first in range(0, len(events), BATCH):
        batch = events[first : first + BATCH]
        body = json.dumps(batch)
        answer = _send(url, body, _headers(secret, f"demo-batch-{first}", body))
        if answer.status != 202:
            raise CannotRun(f"POST {url} answered {answer.status} instead of 202: {answer.detail}")
        yield len(batch)


def _send(url: str, body: str, headers: dict[str, str]) -> web.Answer:
    try:
        return web.request("POST", url, body.encode(), headers)
    except (OSError, HTTPException) as error:
        raise CannotRun(f"POST {url} got no answer: {error!r}") from None


def _headers(secret: str, message_id: str, body: str) -> dict[str, str]:
    now = datetime.now(UTC)
    try:
        signature = Webhook(secret).sign(msg_id=message_id, timestamp=now, data=body)
    except ValueError:
        raise CannotRun("DEMO_SECRET is no signing secret: expected whsec_ and base64 after it") from None
    return {
        "Content-Type": "application/cloudevents-batch+json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature,
    }
