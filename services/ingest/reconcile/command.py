"""The reconciliation as a person calls it: makes the clients, says what came of it."""

from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import click

from ingest.intake import Senders
from ingest.kafka_client import events_topic, publishing
from ingest.reconcile import state as states
from ingest.reconcile.client import Access, Client, Refused, Unanswered
from ingest.reconcile.progress import shown
from ingest.reconcile.run import Job, run
from ingest.reconcile.state import State
from ingest.reconcile.tools import HISTORIES
from ingest.settings import Settings
from ingest.sources.contract import Origin, PayloadInvalid
from ingest.sources.history import ApiIncomplete, History
from runtime.config import Api, resolve
from runtime.environment import ConfigInvalid
from streams.publisher import Unavailable

_AGAIN = "call the same again later, it goes on where this one ended"


def moment(text: str) -> datetime:
    """The instant (UTC) that `text` says in RFC 3339 with its zone. Raises click.BadParameter."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r}: write a date and time such as 2026-11-20T00:00:00Z") from None
    if instant.tzinfo is None:
        raise click.BadParameter(f"{text!r}: say the zone too, such as 2026-11-20T00:00:00Z")
    if instant > datetime.now(UTC):
        raise click.BadParameter(f"{text!r} is in the future")
    return instant.astimezone(UTC)


def reconcile_source(
    name: str, since: datetime, state: Path, senders: Senders, settings: Settings, env: Mapping[str, str]
) -> None:
    """Fetch what changed in the source `name` since then, and report on standard error.

    Raises ConfigInvalid where the source isn't configured for that, and click.ClickException (exit code 1)
    where the tool or Kafka doesn't answer.
    """
    origin, history, api = _source(name, senders)
    try:
        first = list(history.start(api, since))
    except ApiIncomplete as why:
        raise ConfigInvalid(f"sources.{name}.api.{why}") from None
    access = _access(name, history, api, env)
    with publishing(settings) as publisher, closing(Client(access)) as client:
        fingerprint = states.fingerprint(origin, events_topic(settings))
        begun = states.load(state, State(fingerprint=fingerprint, since=since, todo=first))
        if begun.answered:
            click.echo(f"going on after {begun.answered:,} answers: {begun.events:,} events", err=True)
        with shown(since, datetime.now(UTC)) as display:
            try:
                end = run(
                    Job(origin, history, settings.privacy, state), begun, client.fetch, publisher, display
                )
            except (Refused, Unanswered, PayloadInvalid, Unavailable) as why:
                _broken_off(why)
    _report(end)


def _source(name: str, senders: Senders) -> tuple[Origin, History, Api]:
    """The source `name`, how its history is read, and its API. Raises ConfigInvalid."""
    if name not in senders:
        known = ", ".join(sorted(senders)) or "none"
        raise ConfigInvalid(f"there is no source {name!r} in the configuration; it has: {known}")
    origin = senders[name].origin
    history = HISTORIES.get(origin.config.adapter)
    if history is None:
        known = ", ".join(sorted(HISTORIES))
        raise ConfigInvalid(
            f"sources.{name}: nothing can be fetched from {origin.config.adapter}, only from: {known}"
        )
    if origin.config.api is None:
        raise ConfigInvalid(
            f"sources.{name}.api: missing; write where the tool's REST API is, such as "
            "api: {url: https://desk.example.com, token: env:DESK_API_TOKEN}"
        )
    return origin, history, origin.config.api


def _access(name: str, history: History, api: Api, env: Mapping[str, str]) -> Access:
    if api.token is None:
        raise ConfigInvalid(f"sources.{name}.api.token: missing; write token: env:NAME and set NAME")
    token = resolve(api.token, env, f"sources.{name}.api.token refers to it")
    headers = {**history.headers, **history.sign_in(token, api.user)}
    return Access(api.url, headers, api.token.removeprefix("env:"))


def _broken_off(why: Exception) -> NoReturn:
    match why:
        case Unavailable():
            said = f"Kafka doesn't take the events; {_AGAIN}"
        case Unanswered():
            said = f"{why}; {_AGAIN}"
        case PayloadInvalid():
            said = f"an answer of the tool isn't as expected: {why}"
        case _:
            said = str(why)
    raise click.ClickException(said) from None


def _report(end: State) -> None:
    click.echo(f"{end.answered:,} answers: {end.events:,} events are durable", err=True)
    if end.faults:
        click.echo(f"{end.faults:,} parts of them can't be used; the first:", err=True)
        for fault in end.first_faults:
            click.echo(f"  {fault.field}: {fault.reason}", err=True)
    for word, often in sorted(end.unmapped.items()):
        click.echo(f"nobody mapped {word} ({often:,} ×): the source's configuration can", err=True)
