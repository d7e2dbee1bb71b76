"""Receivers of alerts: a real HTTP server and a real SMTP server, which fail, hang and recover as told."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from local import ports


@dataclass(frozen=True)
class Delivery:
    """A request as it came in: header names in lower case, the raw body, the status it was answered."""

    headers: dict[str, str]
    body: bytes
    status: int


@dataclass
class HttpReceiver:
    """Answers each request with `status`, once `open` is set; keeps every request that it has answered.
    `arrived`: how many have come, answered or not."""

    url: str = ""
    status: int = 204
    open: threading.Event = field(default_factory=threading.Event)
    requests: list[Delivery] = field(default_factory=list)
    arrived: int = 0

    @property
    def accepted(self) -> list[Delivery]:
        """The requests that were answered with success."""
        return [request for request in self.requests if request.status < 300]


@dataclass
class Mailbox:
    """What an SMTP server on `port` accepted; while it is `busy` it turns mail away."""

    port: int = 0
    busy: bool = False
    turned_away: int = 0
    messages: list[EmailMessage] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Its address as Apprise writes it."""
        return f"mailto://127.0.0.1:{self.port}?from=desk@example.com&to=lead@example.com&mode=insecure"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """The server's hook: take a mail or turn it away."""
        await asyncio.sleep(0)
        if self.busy:
            self.turned_away += 1
            return "451 busy: try again later"
        content = envelope.original_content or b""
        parsed = message_from_bytes(content, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        self.messages.append(parsed)
        return "250 taken"


@contextmanager
def http_receiver() -> Iterator[HttpReceiver]:
    """A receiver that is open and answers 204."""
    receiver = HttpReceiver()
    receiver.open.set()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(receiver))
    server.daemon_threads = True
    receiver.url = f"http://127.0.0.1:{server.server_port}/hooks/TOKEN-IN-PATH"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield receiver
    finally:
        receiver.open.set()
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """A mailbox that takes mail."""
    box = Mailbox(ports.free_port())
    server = Controller(box, hostname="127.0.0.1", port=box.port, ready_timeout=30)
    server.start()
    try:
        yield box
    finally:
        server.stop()


def _handler(receiver: HttpReceiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            receiver.arrived += 1
            receiver.open.wait()
            status = receiver.status
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.requests.append(Delivery(headers, body, status))
            try:
                self.send_response(status)
                self.send_header("location", "/elsewhere")
                self.send_header("content-length", "0")
                self.end_headers()
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Tests read `requests`."""

    return Handler
