"""Delivery: how a group of alerts reaches a destination, and what it says when it didn't."""

import base64
import logging
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Final, Protocol
from urllib.parse import urlsplit

import requests
from apprise import Apprise, AppriseAsset, NotifyFormat, NotifyType, OverflowMode

from alerts.group import Group
from alerts.message import message
from alerts.payload import body, headers
from alerts.routes import Destination

# It logs the addresses that it can't use, and the tokens in them.
logging.getLogger("apprise").disabled = True

WEBHOOK_SECONDS: Final = 10.0
SEND_SECONDS: Final = 30.0
_CALM_SECONDS: Final = 1.0
_PREFIX: Final = "whsec_"
_HTTP: Final = ("http", "https")
_PASSING: Final = (408, 425, 429)


class Unusable(ValueError):
    """An address that nothing can be sent to; says what to write, never the address."""


class Undelivered(Exception):
    """Nothing says that the group arrived. `cause` names no address; `slow`: it will hardly pass by itself,
    so there is no use in asking often."""

    def __init__(self, cause: str, *, slow: bool = False) -> None:
        super().__init__(cause)
        self.cause = cause
        self.slow = slow


class Sink(Protocol):
    """A way to one destination."""

    def send(self, group: Group, now: int) -> None:
        """Return once `group` has arrived, as it is at `now` (µs). Raises Undelivered."""


def sink(destination: Destination) -> Sink:
    """The way to `destination`. Raises Unusable."""
    if destination.secret is None:
        return _AppriseSink(destination.url)
    return _WebhookSink(destination.url, destination.secret)


class Bounded:
    """`sink`, except that a try takes `seconds` at most. A try that hangs on is left to itself, and until it
    ends there is no other."""

    def __init__(self, sink: Sink, seconds: float = SEND_SECONDS) -> None:
        self._sink = sink
        self._seconds = seconds
        self._last: Thread | None = None

    def send(self, group: Group, now: int) -> None:
        """See Sink."""
        if self._last is not None and self._last.is_alive():
            raise Undelivered("an earlier try still hangs")
        outcome: SimpleQueue[Undelivered | None] = SimpleQueue()
        self._last = Thread(target=self._try, args=(group, now, outcome), name="alert", daemon=True)
        self._last.start()
        try:
            failure = outcome.get(timeout=self._seconds)
        except Empty:
            raise Undelivered(f"no answer within {self._seconds:.0f} s") from None
        if failure is not None:
            raise failure

    def _try(self, group: Group, now: int, outcome: SimpleQueue[Undelivered | None]) -> None:
        try:
            self._sink.send(group, now)
        except Undelivered as failure:
            outcome.put(failure)
        except Exception as error:  # noqa: BLE001 (a hundred plugins of others: any of them may raise anything)
            outcome.put(Undelivered(type(error).__name__))
        else:
            outcome.put(None)


class _AppriseSink:
    """Any of the services that Apprise knows."""

    def __init__(self, url: str) -> None:
        # Its own limit works with a pool of threads that all destinations would share: see Bounded.
        self._apprise = Apprise(asset=AppriseAsset(service_timeout=0))
        if not self._apprise.add(url) or len(self._apprise) != 1:
            raise Unusable("is not one Apprise URL: see https://appriseit.com/services/ for how to write it")
        for service in self._apprise:
            # Some wait 5 s between two messages, also of two teams: the lanes are calm enough already.
            service.request_rate_per_sec = min(service.request_rate_per_sec, _CALM_SECONDS)
            if service.overflow_mode == OverflowMode.UPSTREAM:
                service.overflow_mode = OverflowMode.SPLIT

    def send(self, group: Group, now: int) -> None:
        """See Sink."""
        subject, text = message(group, now)
        stages = {alert.stage for alert in group.alerts}
        kind = NotifyType.FAILURE if "breached" in stages else NotifyType.WARNING
        result = self._apprise.notify(text, title=subject, notify_type=kind, body_format=NotifyFormat.TEXT)
        if not result:
            raise Undelivered(f"Apprise: {result.status.name}")


class _WebhookSink:
    """A webhook that verifies the Standard Webhooks signature."""

    def __init__(self, url: str, secret: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in _HTTP or not parts.hostname:
            raise Unusable("is no http(s) URL; what is no webhook of yours has no secret beside it")
        self._url = url
        self._key = signing_key(secret)

    def send(self, group: Group, now: int) -> None:
        """See Sink."""
        content = body(group)
        try:
            with requests.post(
                self._url,
                data=content,
                headers=headers(group.id, content, self._key, now),
                timeout=WEBHOOK_SECONDS,
                allow_redirects=False,
                stream=True,
            ) as answer:
                status = answer.status_code
        except requests.RequestException as error:
            raise Undelivered(type(error).__name__) from None
        if not 200 <= status < 300:
            raise Undelivered(f"HTTP {status}", slow=300 <= status < 500 and status not in _PASSING)


def signing_key(secret: str) -> bytes:
    """The key in a Standard Webhooks `secret` (`whsec_…`). Raises Unusable."""
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except ValueError:
        key = b""
    if not secret.startswith(_PREFIX) or not key:
        raise Unusable(f"needs a secret that is {_PREFIX} followed by base64")
    return key
