"""`python -m feedback doctor`: what the feedback service stands on."""

import smtplib
import socket
import ssl
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final
from urllib.parse import urlsplit

from alerts.config import routing
from alerts.outbox import Outbox
from alerts.routes import NO_ROUTING
from calendars.config import calendars
from events.topics import FEEDBACK, TICKETS, TOPICS
from feedback.crew import GROUP, TICKETS_GROUP
from feedback.letters.box import LetterBox
from feedback.letters.configured import ways
from feedback.letters.smtp_url import VARIABLE, MailServer, mail_server
from feedback.settings import Settings, read_contact_opener, read_settings, survey_link
from feedback.store import Store, database_name
from privacy.seal import is_pair
from runtime.doctor import Check, Finding, contact_keys, fail, hash_key, ok, readable, warn
from runtime.environment import addresses, variable
from streams.doctor import broker, database
from streams.doctor.indexes import indexes
from streams.doctor.positions import positions
from streams.doctor.topics import topics

_HERE: Final = ("127.0.0.1", "localhost", "::1")
_SMTP_SECONDS: Final = 3.0
_TROUBLES: Final[dict[type[Exception], str]] = {
    smtplib.SMTPNotSupportedError: "it offers no STARTTLS (see ?starttls=no), or no signing in",
    smtplib.SMTPServerDisconnected: "it hangs up, or says nothing in time",
    ssl.SSLCertVerificationError: "its certificate can't be trusted",
    socket.gaierror: "there is no such host",
    ConnectionRefusedError: "nobody listens there",
    TimeoutError: "no answer in time",
}


def checks(env: Mapping[str, str]) -> list[Check]:
    """What is to be looked at for the feedback service with the environment `env`."""
    kafka, mongo = broker.ADVICE, database.ADVICE
    return [
        Check("configuration", partial(_configuration, env), "see DESKPULSE_CONFIG"),
        Check("surveys", lambda: _surveys(read_settings(env), env), "see surveys: in the configuration"),
        Check("keys", partial(_keys, env), "make a pair of keys with `python -m ingest new-keys`"),
        Check("smtp", partial(_smtp, env), f"see {VARIABLE}"),
        Check("kafka", lambda: broker.cluster(addresses(env).kafka), kafka),
        Check("topics", lambda: _topics(read_settings(env)), kafka),
        Check("mongodb", lambda: database.server(addresses(env).mongo), mongo),
        Check("writes", lambda: database.writes(addresses(env).mongo, _database(env)), mongo),
        Check("indexes", lambda: indexes(addresses(env).mongo, _database(env), _prepare), mongo),
        Check("positions", lambda: _positions(env), "see kafka and mongodb above"),
        Check("clock", lambda: database.clock(addresses(env).mongo), mongo),
    ]


def _configuration(env: Mapping[str, str]) -> Iterator[Finding]:
    yield from readable(
        {
            "settings": lambda: read_settings(env),
            "alerts": lambda: _alerts(read_settings(env), env),
            "ways to customers": lambda: _ways(read_settings(env), env),
        }
    )
    if not variable(env, "DESKPULSE_API_TOKEN"):
        yield warn("there is no API token: the API answers nobody", "set DESKPULSE_API_TOKEN")


def _alerts(settings: Settings, env: Mapping[str, str]) -> object:
    return routing(settings.config.alerts, calendars(settings.config.calendars), env)


def _ways(settings: Settings, env: Mapping[str, str]) -> object:
    opener = read_contact_opener(env, settings.known)
    return ways(settings.known, settings.feedback, env, opener, survey_link(settings))


def _surveys(settings: Settings, env: Mapping[str, str]) -> Iterator[Finding]:
    if not settings.known:
        yield warn("no survey is configured: no customer is asked", "add surveys: to the configuration")
        return
    wanting = [name for name in (VARIABLE, "DESKPULSE_CONTACT_PRIVATE_KEY") if not variable(env, name)]
    written = settings.config.surveys or {}
    unmailed = [one.name for one in settings.known.values() if not (written[one.name] or {}).get("deliver")]
    if wanting and unmailed:
        yield warn(
            f"{', '.join(unmailed)} can't be mailed: the API alone gives their links",
            f"set {' and '.join(wanting)}, or write deliver: link",
        )
    if urlsplit(settings.public_url).hostname in _HERE:
        yield warn(f"customers can't reach {settings.public_url}", "set DESKPULSE_PUBLIC_URL")
    told = ", ".join(f"{one.name} by {one.deliver}" for one in settings.known.values())
    yield ok(told)


def _keys(env: Mapping[str, str]) -> Iterator[Finding]:
    yield from hash_key(variable(env, "DESKPULSE_HASH_KEY") or "")
    public, private = (variable(env, f"DESKPULSE_CONTACT_{which}_KEY") for which in ("PUBLIC", "PRIVATE"))
    if private:
        can = "sealed addresses can be opened"
        yield contact_keys(can, is_pair(public, private) if public else None)
    else:
        yield warn(
            "sealed addresses can't be opened: no survey is mailed", "set DESKPULSE_CONTACT_PRIVATE_KEY"
        )


def _smtp(env: Mapping[str, str]) -> Iterator[Finding]:
    url = variable(env, VARIABLE)
    if not url:
        yield ok(f"{VARIABLE} isn't set: nothing is mailed")
        return
    server = mail_server(url)
    place = f"{server.host}:{server.port}"
    try:
        _sign_in(server)
    except smtplib.SMTPAuthenticationError as error:
        yield fail(f"{place} refuses the user ({error.smtp_code})", f"see user and password in {VARIABLE}")
    except (smtplib.SMTPException, OSError) as error:
        yield fail(f"{place}: {_short(error)}", f"see {VARIABLE}")
    else:
        signed = "signed in" if server.user else "without signing in"
        yield ok(f"{place}: EHLO, {server.encryption}, {signed}; no mail was sent")


def _sign_in(server: MailServer) -> None:
    context = ssl.create_default_context()
    if server.encryption == "tls":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=_SMTP_SECONDS, context=context
        )
    else:
        smtp = smtplib.SMTP(server.host, server.port, timeout=_SMTP_SECONDS)
    with smtp:
        smtp.ehlo()
        if server.encryption == "starttls":
            smtp.starttls(context=context)
            smtp.ehlo()
        if server.user is not None:
            smtp.login(server.user, server.password)


def _short(error: Exception) -> str:
    """What a mail server said may hold an address: its number alone is told."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"it answers {error.smtp_code}"
    return next((words for kind, words in _TROUBLES.items() if isinstance(error, kind)), type(error).__name__)


def _topics(settings: Settings) -> Iterator[Finding]:
    return topics(settings.where.kafka, TOPICS, settings.partitions)


def _database(env: Mapping[str, str]) -> str:
    return database_name(addresses(env).database)


def _prepare(client: Any) -> None:
    """As the worker does when it starts."""
    store = Store(client, "")
    store.prepare()
    LetterBox(store.database).prepare()
    Outbox(store.database, NO_ROUTING).prepare()


def _positions(env: Mapping[str, str]) -> Iterator[Finding]:
    where = addresses(env)
    groups = {GROUP: FEEDBACK, TICKETS_GROUP: TICKETS}
    release = "wait until the command has ended"
    return positions(where.mongo, _database(env), where.kafka, groups, release)
