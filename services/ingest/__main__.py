"""The command line of ingest: serve the web app, or import history from a file."""

import os
import sys
from functools import partial
from pathlib import Path

import click

from ingest import doctor
from ingest.importer.command import beside, import_file
from ingest.importer.mapping import MappingInvalid, load
from ingest.importer.rows import FileUnusable
from ingest.importer.run import Job
from ingest.reconcile.command import moment, reconcile_source
from ingest.settings import read_senders, read_settings, read_spool
from ingest.spool_file import check
from ingest.unread.command import replay_kept
from ingest.wsgi import build
from privacy.seal import new_key_pair
from runtime import logs
from runtime.doctor import report
from runtime.environment import ConfigInvalid
from runtime.garbage import collect_rarely
from runtime.server import serve as serve_web

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
# Long enough for an earlier process that was killed to be gone.
_SPOOL_SECONDS = 2.0
_NEW_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group()
def main() -> None:
    """Takes events from helpdesks and makes them durable."""


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8001, show_default=True)
def serve(host: str, port: int) -> None:
    """Serve the webhook endpoints until SIGTERM."""
    try:
        logs.configure("ingest", os.environ)
        settings, senders = read_settings(os.environ), read_senders(os.environ)
        spool = read_spool(os.environ, port)
        # Here, where an error is one sentence; the process that serves opens it for itself.
        check(spool.directory, _SPOOL_SECONDS)
    except ConfigInvalid as why:
        raise click.ClickException(str(why)) from None
    serve_web(partial(build, settings, spool, senders), host=host, port=port, threads=32)


@main.command("import")
@click.argument("file", type=_FILE)
@click.option("--mapping", "mapping_file", type=_FILE, required=True, help="What the columns mean (YAML).")
@click.option("--source", help="Instead of the mapping's source.")
@click.option(
    "--state", type=_NEW_FILE, help="Where to remember how far it is. [default: ./FILE.import-state.json]"
)
@click.option(
    "--rejects", type=_NEW_FILE, help="Where rejected rows go. [default: FILE.rejected.csv by --state]"
)
def import_(
    file: Path, mapping_file: Path, source: str | None, state: Path | None, rejects: Path | None
) -> None:
    """Import the history in FILE, a CSV or JSON lines; the same rows again change nothing.

    An import that was interrupted goes on where it ended when it is called again. Rejected rows are counted
    and listed; the exit code is 1 only where no row at all could be used, or Kafka was away.
    """
    collect_rarely()
    state = state or Path(f"{file.name}.import-state.json")
    try:
        logs.configure("ingest", os.environ, command=True)
        mapping = load(mapping_file)
        job = Job(
            file=file,
            mapping=mapping,
            source=source or mapping.source,
            privacy=read_settings(os.environ).privacy,
            state=state,
            rejects=rejects or beside(state, file),
        )
        import_file(job, read_settings(os.environ))
    except (ConfigInvalid, MappingInvalid, FileUnusable, OSError) as why:
        raise click.ClickException(str(why)) from None


@main.command("reconcile")
@click.argument("source")
@click.option("--since", required=True, help="From when on, such as 2026-11-20T00:00:00Z.")
@click.option(
    "--state",
    type=_NEW_FILE,
    help="Where to remember how far it is. [default: ./SOURCE.reconcile-state.json]",
)
def reconcile(source: str, since: str, state: Path | None) -> None:
    """Fetch what changed in SOURCE since a moment over its REST API: what its webhooks lost comes in by it.

    What is known already changes nothing. A run that was interrupted goes on where it ended when it is
    called again.
    """
    path = state or Path(f"{source}.reconcile-state.json")
    try:
        logs.configure("ingest", os.environ, command=True)
        settings, senders = read_settings(os.environ), read_senders(os.environ)
        reconcile_source(source, moment(since), path, senders, settings, os.environ)
    except ConfigInvalid as why:
        raise click.ClickException(str(why)) from None


@main.command("replay")
@click.argument("source", required=False)
@click.option("--port", default=8001, show_default=True, help="Of the ingest whose bodies these are.")
def replay(source: str | None, port: int) -> None:
    """Read bodies again that could not be read when they came (of SOURCE, or all).

    ingest keeps them for 7 days, without anybody's texts. Call it after an update, or after a change of the
    configuration; it may run beside ingest.
    """
    try:
        logs.configure("ingest", os.environ, command=True)
        settings, senders = read_settings(os.environ), read_senders(os.environ)
        replay_kept(read_spool(os.environ, port).directory, senders, settings, source)
    except ConfigInvalid as why:
        raise click.ClickException(str(why)) from None


@main.command("doctor")
@click.option("--port", default=8001, show_default=True, help="Of the ingest that is meant.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def doctor_command(port: int, as_json: bool) -> None:
    """Look at what ingest stands on, and say what to do; 1 if anything keeps it from its work."""
    sys.exit(report(doctor.checks(os.environ, port), json=as_json))


@main.command("new-keys")
def new_keys() -> None:
    """Print a new pair of keys for customers' addresses: ingest seals with the public one, and only who
    has the private one opens them."""
    public, private = new_key_pair()
    click.echo(f"DESKPULSE_CONTACT_PUBLIC_KEY={public}\nDESKPULSE_CONTACT_PRIVATE_KEY={private}")


if __name__ == "__main__":
    main(prog_name="python -m ingest")
