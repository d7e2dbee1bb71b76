"""The import as a person calls it: makes the clients, says what came of it."""

from pathlib import Path
from typing import Final

import click
import msgspec

from ingest.importer import state as states
from ingest.importer.progress import shown
from ingest.importer.rejects import most_common
from ingest.importer.run import Job, run
from ingest.importer.state import State
from ingest.kafka_client import events_topic, publishing
from ingest.settings import Settings
from streams.publisher import Unavailable

_SHOWN_REASONS: Final = 10


def import_file(job: Job, settings: Settings) -> None:
    """Import `job` and report on standard error.

    Raises click.ClickException (exit code 1) where Kafka is away, or where rows exist and none can be used.
    Some rejected rows are no failure: the report counts them, the file of rejects names them all.
    """
    with publishing(settings) as publisher:
        begun = _begun(job, events_topic(settings))
        if begun.rows:
            click.echo(f"going on after line {begun.line:,}: {begun.rows:,} rows are done", err=True)
        try:
            with shown(job.file.stat().st_size) as display:
                end = run(job, begun, publisher, display)
        except Unavailable:
            raise click.ClickException(
                "Kafka doesn't take the events; call the same again later, it goes on where this one ended"
            ) from None
    _report(job, end)
    if end.rows and not end.used:
        raise click.ClickException("no row could be used: is this the right mapping for this file?")


def _begun(job: Job, topic: str) -> State:
    """Where the import goes on; from the beginning where the list of rejected rows so far is gone."""
    mapping = msgspec.json.encode(job.mapping)
    state = states.load(
        job.state, states.fingerprint(job.file, mapping, job.source, topic, job.privacy.hash_key)
    )
    listed = job.rejects.stat().st_size if job.rejects.exists() else 0
    return state if listed >= state.reject_bytes else State(fingerprint=state.fingerprint)


def _report(job: Job, end: State) -> None:
    click.echo(
        f"{end.rows:,} rows: {end.used:,} used, {end.silent:,} without an event, {end.rejected:,} rejected; "
        f"{end.events:,} events are durable",
        err=True,
    )
    if not end.rejected:
        job.rejects.unlink(missing_ok=True)
        return
    click.echo(
        f"every rejected row, with its line and reason, is in {job.rejects}; the most common:", err=True
    )
    for reason, often, line in most_common(job.rejects, _SHOWN_REASONS):
        click.echo(f"  {often:,} × {reason} (first: line {line:,})", err=True)


def beside(state: Path, file: Path) -> Path:
    """Where the rejected rows of `file` go when nobody says: next to `state`."""
    return state.with_name(f"{file.name}.rejected.csv")
