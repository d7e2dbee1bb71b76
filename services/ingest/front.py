"""Deliveries on their way from WSGI to the door; all other requests go to the Flask app.

Flask's context, request and response cost as much as proving and reading a delivery (`make bench`), and a
webhook needs none of them.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qsl

import msgspec
import structlog

from ingest.door import Answer, Door
from ingest.refusals import MAX_BODY_BYTES, BodyBroken, BodyTooLarge, not_allowed
from ingest.schemes import Delivery
from runtime.logs import frames
from runtime.problems import PROBLEM_JSON, Problem

Environ: TypeAlias = dict[str, Any]
Wsgi: TypeAlias = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

_PIECE: Final = 65_536

_log = structlog.get_logger(__name__)


class Front:
    """A WSGI application: `door` for what is posted, `app` for everything else."""

    def __init__(self, door: Door, app: Wsgi) -> None:
        self._door = door
        self._app = app

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        way = _way(environ["PATH_INFO"])
        if way is None:
            return self._app(environ, start_response)
        try:
            answer = self._answer(way, environ)
            headers = {"X-Request-Id": answer.request_id} if answer.request_id else {}
        except Problem as problem:
            answer, headers = _problem(problem), problem.headers
        except Exception as error:  # noqa: BLE001 # the sender gets an answer, the log the reason
            # The message of an error may quote the body.
            _log.error("request_failed", kind=type(error).__name__, at=frames(error))
            answer, headers = _problem(_broken()), {}
        head = [("Content-Type", answer.content_type), ("Content-Length", str(len(answer.body)))]
        start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", [*head, *headers.items()])
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else answer.body]

    def _answer(self, way: tuple[str, str], environ: Environ) -> Answer:
        source, token = way
        allowed = ("GET", "HEAD", "POST") if source else ("POST",)
        if environ["REQUEST_METHOD"] not in allowed:
            raise not_allowed(allowed)
        if not source:
            return self._door.events(lambda: _delivery(environ, ""))
        return self._door.webhook(source, lambda: _delivery(environ, token))


def _way(path: str) -> tuple[str, str] | None:
    """The source and the token in `path`, both empty for the events' endpoint; None where it is neither."""
    if path == "/v1/events":
        return "", ""
    if not path.startswith("/webhooks/"):
        return None
    source, slash, token = path.removeprefix("/webhooks/").partition("/")
    if not source or (slash and not token) or "/" in token:
        return None
    return source, _text(token)


def _delivery(environ: Environ, token: str) -> Delivery:
    headers = {
        name[5:].replace("_", "-").lower(): _text(value)
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    if kind := environ.get("CONTENT_TYPE"):
        headers["content-type"] = _text(kind)
    query = environ.get("QUERY_STRING")
    return Delivery(
        headers=headers,
        body=_body(environ),
        received_at=datetime.now(UTC),
        method=environ["REQUEST_METHOD"],
        url=_url(environ),
        token=token,
        query=dict(parse_qsl(query)) if query else {},
    )


def _url(environ: Environ) -> str:
    """The address as it came, unparsed: that is what a sender signs."""
    host = environ.get("HTTP_HOST") or environ["SERVER_NAME"]
    return f"{environ['wsgi.url_scheme']}://{host}{environ.get('RAW_URI') or environ['PATH_INFO']}"


def _body(environ: Environ) -> bytes:
    """The whole body. Raises BodyTooLarge, before it is read where it says so itself, and BodyBroken."""
    stated = environ.get("CONTENT_LENGTH") or None
    if stated is not None and (not stated.isdecimal() or int(stated) > MAX_BODY_BYTES):
        raise BodyTooLarge
    left = MAX_BODY_BYTES + 1 if stated is None else int(stated)
    if stated is None and not environ.get("wsgi.input_terminated"):
        return b""
    pieces = []
    while left and (piece := _piece(environ["wsgi.input"], min(left, _PIECE))):
        pieces.append(piece)
        left -= len(piece)
    if stated is not None and left:
        raise BodyBroken
    if stated is None and not left:
        raise BodyTooLarge
    return b"".join(pieces)


def _piece(stream: Any, size: int) -> bytes:
    try:
        piece: bytes = stream.read(size)
    except Exception:  # noqa: BLE001 # a server has errors of its own for chunks that are none
        raise BodyBroken from None
    return piece


def _text(header: str) -> str:
    """WSGI hands texts over as Latin-1; senders and secrets are UTF-8."""
    return header if header.isascii() else header.encode("latin-1", "replace").decode("utf-8", "replace")


def _problem(problem: Problem) -> Answer:
    return Answer(problem.status, msgspec.json.encode(problem.body), PROBLEM_JSON)


def _broken() -> Problem:
    return Problem(500, "Internal Server Error", "this is a fault of ingest; its log says more")
