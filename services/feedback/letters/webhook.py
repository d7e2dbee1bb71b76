"""The way through a webhook: a helpdesk is told of a survey and brings the link to its customer itself."""

from typing import Final
from urllib.parse import urlsplit

import msgspec
import requests
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError, SSLError

from alerts.payload import headers
from alerts.sinks import Unusable, signing_key
from events.instants import LAST_MOMENT, moment
from feedback.letters.letter import Kind, Letter
from feedback.letters.way import Leaving, Link, Lost, NotSent

SECONDS: Final = 10.0
_TYPES: Final[dict[Kind, str]] = {"first": "survey.ready", "reminder": "survey.reminder"}
_PASSING: Final = (408, 425, 429)
# Nothing was said yet: the connection itself failed.
_UNCONNECTED: Final = (ConnectTimeoutError, NewConnectionError, SSLError)


class Webhook:
    """Posts letters to `url`, signed with the Standard Webhooks `secret`; `link` makes links. A receiver
    knows one that comes twice by its webhook-id."""

    def __init__(self, url: str, secret: str, link: Link, seconds: float = SECONDS) -> None:
        """Raises alerts.sinks.Unusable."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Unusable("is no http(s) URL")
        self._url = url
        self._key = signing_key(secret)
        self._link = link
        self._seconds = seconds

    def send(self, letter: Letter, now: int, leaving: Leaving) -> None:
        """See Way."""
        content = body(letter, self._link(letter.survey, letter.expires_at))
        signed = headers(letter.id, content, self._key, now)
        leaving()
        try:
            with requests.post(
                self._url,
                data=content,
                headers=signed,
                timeout=self._seconds,
                allow_redirects=False,
                stream=True,
            ) as answer:
                status = answer.status_code
        except requests.RequestException as error:
            raise _failure(error) from None
        if not 200 <= status < 300:
            raise NotSent(f"HTTP {status}", slow=300 <= status < 500 and status not in _PASSING)


def body(letter: Letter, url: str) -> bytes:
    """What the receiver reads: JSON, `expires_at` RFC 3339 UTC."""
    return msgspec.json.encode(
        {
            "type": _TYPES[letter.kind],
            "id": letter.id,
            "source": letter.source,
            "ticket": letter.ticket,
            "survey": letter.questionnaire,
            "url": url,
            "language": letter.language,
            "expires_at": moment(min(letter.expires_at, LAST_MOMENT)),
        }
    )


def _failure(error: requests.RequestException) -> NotSent | Lost:
    name = type(error).__name__
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    return NotSent(name) if isinstance(reason, _UNCONNECTED) else Lost(name)
