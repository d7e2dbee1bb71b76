"""HTTP as the launcher speaks it: one request a connection, JSON errors read for their detail."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

_TIMEOUT_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Answer:
    """A response."""

    status: int
    body: bytes

    @property
    def detail(self) -> str:
        """What an error says about itself."""
        try:
            problem = json.loads(self.body)
        except ValueError:
            return f"HTTP status {self.status}"
        return str(problem.get("detail", self.status)) if isinstance(problem, dict) else str(self.status)


def get(url: str, token: str | None = None) -> Answer:
    """Ask for `url`, with the bearer `token` if one is given. Raises OSError, HTTPException."""
    return request("GET", url, None, {"Authorization": f"Bearer {token}"} if token else {})


def answers(url: str, token: str | None = None) -> bool:
    """Whether `url` can be had now."""
    try:
        return get(url, token).status == 200
    except (OSError, HTTPException):
        return False


def request(method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
    """What `url` answers. Raises OSError, HTTPException."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=_TIMEOUT_SECONDS)
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    try:
        connection.request(method, path, body, dict(headers))
        response = connection.getresponse()
        return Answer(response.status, response.read())
    finally:
        connection.close()
