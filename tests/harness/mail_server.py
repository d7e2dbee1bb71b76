"""A real SMTP server that answers, at any step, what a test tells it to, or hangs, or hangs up."""

import asyncio
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from harness.wait import until
from local import ports

HANG = "HANG"
DROP = "DROP"


@dataclass
class MailServer:
    """Takes mail on `port`, except that a step in `answers` is answered so, or not (HANG, DROP: hang up).

    Steps: GREETING, EHLO, AUTH, MAIL, RCPT, DATA (the command), DOT (the mail is whole and not taken) and
    TAKEN (the mail is taken, and this is the answer). `on_taken` is called before a mail that was taken is
    answered; `raw` are the mails as they came, `options` those of MAIL.
    """

    port: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    messages: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    on_taken: Callable[[], None] = lambda: None
    stopped: bool = False
    connections: set[SMTP] = field(default_factory=set)

    @property
    def url(self) -> str:
        """Its address, without TLS."""
        return f"smtp://127.0.0.1:{self.port}?starttls=no"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """The server's hook: the whole mail is there."""
        if "DOT" in self.answers:
            return await self.answer(server, "DOT")
        content = envelope.original_content or b""
        parsed = message_from_bytes(content, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        self.raw.append(content)
        self.recipients += envelope.rcpt_tos
        self.options += envelope.mail_options
        self.messages.append(parsed)
        self.on_taken()
        return await self.answer(server, "TAKEN") if "TAKEN" in self.answers else "250 taken"

    async def answer(self, server: SMTP, step: str) -> str:
        """What `step` is answered, once it may be."""
        told = self.answers[step]
        try:
            while told == HANG and not self.stopped:
                # Ends with a cancellation where the client goes.
                await asyncio.sleep(0.02)
        finally:
            if told in (DROP, HANG):
                assert isinstance(server.transport, asyncio.WriteTransport)
                server.transport.abort()
        return "421 going away" if told in (HANG, DROP) else told


@contextmanager
def mail_server(**options: Any) -> Iterator[MailServer]:
    """A server that takes mail; `options` are those of aiosmtpd."""
    mails = MailServer(ports.free_port())
    controller = _Controller(mails, hostname="127.0.0.1", port=mails.port, ready_timeout=30, **options)
    controller.start()
    try:
        yield mails
    finally:
        mails.stopped = True
        until(lambda: not mails.connections, 30, "the last connection's end")
        controller.stop()


def signing_in(user: str, password: str) -> dict[str, Any]:
    """Options of a server that wants `user` and `password`."""

    def authenticate(*args: Any) -> AuthResult:
        return AuthResult(
            success=(args[-1].login, args[-1].password) == (user.encode(), password.encode()), handled=False
        )

    return {"authenticator": authenticate, "auth_require_tls": False, "auth_required": True}


class _Controller(Controller):
    def factory(self) -> SMTP:
        return _Smtp(self.handler, **self.SMTP_kwargs)


class _Smtp(SMTP):
    def __init__(self, mails: MailServer, **options: Any) -> None:
        super().__init__(mails, **options)
        self._mails = mails

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody has come."""
        self._mails.connections.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Somebody is gone."""
        self._mails.connections.discard(self)
        super().connection_lost(error)

    async def push(self, status: Any) -> None:
        """Answer; the first answer is the greeting."""
        if isinstance(status, str) and status.startswith("220 ") and "GREETING" in self._mails.answers:
            status = await self._mails.answer(self, "GREETING")
        await super().push(status)

    async def _or(self, step: str, usual: Callable[[str], Any], arg: str) -> None:
        if step in self._mails.answers:
            await self.push(await self._mails.answer(self, step))
        else:
            await usual(arg)

    async def smtp_EHLO(self, arg: str) -> None:  # noqa: N802
        await self._or("EHLO", super().smtp_EHLO, arg)

    async def smtp_HELO(self, arg: str) -> None:  # noqa: N802
        await self._or("EHLO", super().smtp_HELO, arg)

    async def smtp_AUTH(self, arg: str) -> None:  # noqa: N802
        await self._or("AUTH", super().smtp_AUTH, arg)

    async def smtp_MAIL(self, arg: str) -> None:  # noqa: N802
        await self._or("MAIL", super().smtp_MAIL, arg)

    async def smtp_RCPT(self, arg: str) -> None:  # noqa: N802
        await self._or("RCPT", super().smtp_RCPT, arg)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        await self._or("DATA", super().smtp_DATA, arg)


def trusted_context(certificate: str, key: str) -> ssl.SSLContext:
    """What a server needs to speak TLS as the holder of `certificate`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
