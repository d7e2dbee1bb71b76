"""Handing mail over to a server, such that it is known whether it was taken."""

import re
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from smtplib import SMTPException
from typing import Final

from feedback.letters.address import Mailbox
from feedback.letters.smtp_url import VARIABLE, MailServer
from feedback.letters.way import Leaving, Lost, NotSent, Undeliverable

_QUIT_SECONDS: Final = 3.0
_SIGN_IN: Final = frozenset({530, 534, 535, 538})
_ENHANCED: Final = re.compile(rb"[245]\.\d{1,3}\.\d{1,3}(?!\d)")
_LINE_START: Final = re.compile(rb"^\.", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long (s) the server may take for a step; and for taking the mail over, which servers do late
    because they look through it first."""

    step: float = 30.0
    taking: float = 300.0


class Smtp:
    """Hands mail over to `server`; a connection for each."""

    def __init__(self, server: MailServer, patience: Patience | None = None) -> None:
        self._server = server
        self._patience = patience or Patience()
        self._name = socket.getfqdn()

    def send(self, mail: EmailMessage, sender: Mailbox, to: Mailbox, leaving: Leaving) -> None:
        """Return once the server has taken `mail`; `leaving` is called right before it gets it. Raises
        NotSent, Undeliverable, Lost, and what `leaving` raises."""
        content = _LINE_START.sub(b"..", mail.as_bytes())
        with self._connection() as smtp:
            with _step("connection lost"):
                self._address(smtp, sender, to)
            leaving()
            with _step("connection lost"):
                _expect(smtp, "DATA", 354)
                smtp.send(content if content.endswith(b"\r\n") else content + b"\r\n")
            # Until the closing dot is written the server must not take it; from then on it may have.
            self._close(smtp)

    def _close(self, smtp: smtplib.SMTP) -> None:
        _wait(smtp, self._patience.taking)
        try:
            smtp.send(b".\r\n")
            code, said = smtp.getreply()
        except (SMTPException, OSError) as error:
            raise Lost(type(error).__name__) from None
        if 400 <= code < 600:
            raise _refused("mail", code, said)
        if not 200 <= code < 300:
            raise Lost("an answer that is none")

    def _address(self, smtp: smtplib.SMTP, sender: Mailbox, to: Mailbox) -> None:
        option = ""
        if to.international:
            if not smtp.has_extn("smtputf8"):
                raise Undeliverable("the mail server takes addresses of ASCII letters alone")
            option = " SMTPUTF8"
            smtp.command_encoding = "utf-8"
        _expect(smtp, f"MAIL FROM:<{sender.spec}>{option}", 250)
        _expect(smtp, f"RCPT TO:<{to.spec}>", 250, 251, 252)

    @contextmanager
    def _connection(self) -> Iterator[smtplib.SMTP]:
        with _step("no connection"):
            smtp = self._connected()
        try:
            with _step("connection lost"):
                self._sign_in(smtp)
            yield smtp
        finally:
            with suppress(SMTPException, OSError):
                _wait(smtp, _QUIT_SECONDS)
                smtp.quit()
            smtp.close()

    def _connected(self) -> smtplib.SMTP:
        server, step = self._server, self._patience.step
        if server.encryption == "tls":
            context = ssl.create_default_context()
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, self._name, timeout=step, context=context
            )
        else:
            smtp = smtplib.SMTP(server.host, server.port, self._name, timeout=step)
        if smtp.sock is not None:
            # The closing dot goes out by itself, and would wait for an answer to what went before.
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return smtp

    def _sign_in(self, smtp: smtplib.SMTP) -> None:
        smtp.ehlo_or_helo_if_needed()
        if self._server.encryption == "starttls":
            if not smtp.has_extn("starttls"):
                raise NotSent(f"the mail server knows no STARTTLS: see ?starttls=no in {VARIABLE}", slow=True)
            smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo_or_helo_if_needed()
        if self._server.user is not None:
            smtp.login(self._server.user, self._server.password)


def _wait(smtp: smtplib.SMTP, seconds: float) -> None:
    if smtp.sock is not None:
        smtp.sock.settimeout(seconds)


@contextmanager
def _step(broken: str) -> Iterator[None]:
    """A step in which nothing is sent yet: whatever goes wrong, the mail was not."""
    try:
        yield
    except smtplib.SMTPAuthenticationError as error:
        cause = f"signing in is refused ({error.smtp_code}): check user and password in {VARIABLE}"
        raise NotSent(cause, slow=error.smtp_code >= 500) from None
    except smtplib.SMTPNotSupportedError:
        cause = f"the mail server can't sign anybody in, or not without TLS: check {VARIABLE}"
        raise NotSent(cause, slow=True) from None
    except smtplib.SMTPResponseException as error:
        raise NotSent(f"{broken}: {error.smtp_code}") from None
    except ssl.SSLCertVerificationError:
        raise NotSent("the mail server's certificate can't be trusted", slow=True) from None
    except (SMTPException, OSError) as error:
        raise NotSent(f"{broken}: {type(error).__name__}") from None


def _expect(smtp: smtplib.SMTP, command: str, *codes: int) -> None:
    code, said = smtp.docmd(command)
    if code not in codes:
        raise _refused(command.partition(" ")[0], code, said)


def _refused(command: str, code: int, said: bytes) -> NotSent | Undeliverable:
    """What the answer `code` means. `said` may name the address: only its number is kept."""
    found = _ENHANCED.match(said)
    cause = f"{command} refused: {code}{f' {found[0].decode()}' if found else ''}"
    if code in _SIGN_IN:
        return NotSent(f"{cause}: the mail server wants a sign-in: check {VARIABLE}", slow=True)
    if command == "MAIL":
        return NotSent(f"{cause}: check feedback.from", slow=code >= 500)
    return Undeliverable(cause) if 500 <= code < 600 else NotSent(cause)
