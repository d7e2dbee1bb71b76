"""The mail server's address, as one URL (pure)."""

from dataclasses import dataclass, field
from typing import Final, Literal, NoReturn
from urllib.parse import parse_qs, unquote, urlsplit

from runtime.environment import ConfigInvalid

VARIABLE: Final = "DESKPULSE_SMTP_URL"
_PORTS: Final = {"smtp": 587, "smtps": 465}
_SHAPE: Final = "smtp://user:password@host:587 or smtps://user:password@host:465"

Encryption = Literal["starttls", "tls", "none"]


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over, and as whom (`user` None: without signing in)."""

    host: str
    port: int
    encryption: Encryption
    user: str | None = None
    password: str = field(default="", repr=False)


def mail_server(url: str) -> MailServer:
    """The server at `url`: `smtp://` turns to TLS before anything is said (`?starttls=no` leaves it), and
    `smtps://` begins with it. Raises ConfigInvalid, which never shows the URL."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        _refuse(f"expected {_SHAPE}; special characters of a password are written %40 and the like")
    if parts.scheme not in _PORTS or not parts.hostname or parts.path.strip("/") or parts.fragment:
        _refuse(f"expected {_SHAPE}; special characters of a password are written %40 and the like")
    user = unquote(parts.username) if parts.username else None
    password = unquote(parts.password or "")
    if (user is not None and not password) or (user is None and password):
        _refuse("write both user and password, or neither")
    if not f"{user}{password}".isascii() or not f"{user}{password}".isprintable():
        _refuse("user and password: the protocol takes ASCII letters alone")
    return MailServer(
        parts.hostname, port or _PORTS[parts.scheme], _encryption(parts.scheme, parts.query), user, password
    )


def _encryption(scheme: str, query: str) -> Encryption:
    options = parse_qs(query, keep_blank_values=True)
    chosen = options.pop("starttls", ["yes"])
    if options or chosen not in (["yes"], ["no"]):
        _refuse("the only option is ?starttls=no, for a server without TLS")
    if scheme == "smtps":
        return "tls"
    return "starttls" if chosen == ["yes"] else "none"


def _refuse(why: str) -> NoReturn:
    # Without its context: what the standard library says may hold a part of the password.
    raise ConfigInvalid(f"{VARIABLE}: {why}") from None
