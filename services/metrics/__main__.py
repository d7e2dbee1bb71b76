"""The commands of the metrics service; the worker's clients are built here."""

import gc
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import click
import structlog
from prometheus_client import CollectorRegistry
from pymongo import MongoClient
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from events.topics import EVENTS, TOPICS
from metrics import audit
from metrics.settings import read_settings
from metrics.store import Store
from metrics.worker import TicketHandler, facts_message
from metrics.worker_web import create_app, serve_beside
from metrics.wsgi import build
from runtime import logs
from runtime.config import Config, load, span_seconds
from runtime.environment import Addresses, ConfigInvalid, addresses
from runtime.server import serve as serve_web
from runtime.stop import Stop
from streams.consumer import ExactlyOnce
from streams.membership import Subscription
from streams.positions import Positions
from streams.publisher import Publisher
from streams.telemetry import Telemetry
from streams.topics import ensure_topics

GROUP = "metrics"


@click.group()
def main() -> None:
    """Tickets, their aggregates, and what can be asked of them."""


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8012, show_default=True, help="Port of this worker's health and metrics.")
@click.option(
    "--batch-size",
    default=2000,
    show_default=True,
    envvar="DESKPULSE_BATCH_SIZE",
    help="Events per transaction, at most.",
)
def worker(host: str, port: int, batch_size: int) -> None:
    """Fold events into tickets and aggregates until SIGTERM."""
    logs.configure("metrics-worker")
    # A batch makes many objects that live exactly as long as it does: walking them to find garbage is a
    # fifth of the work, and finds none.
    gc.set_threshold(100_000, 50, 100)
    where, config = _environment()
    stop = Stop().on_signals()
    ensure_topics(where.kafka, TOPICS, partitions=int(os.environ.get("KAFKA_PARTITIONS", "4")))
    with _mongo(where) as client:
        store = Store(client[where.database])
        store.prepare()
        registry = CollectorRegistry()
        publisher = Publisher(where.kafka, linger_ms=0)
        consumer = ExactlyOnce(
            Subscription(where.kafka, EVENTS, GROUP, batch_size),
            client,
            Positions(store.database, GROUP),
            TicketHandler(store, _bucket_width(store, config)),
            publisher,
            Telemetry(registry),
        )
        end_web = serve_beside(
            create_app(registry, lambda: consumer.last_turn, consumer.assigned), host, port
        )
        structlog.get_logger().info("worker started", port=port)
        consumer.run(stop)
        end_web()
        publisher.close()


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8002, show_default=True)
def serve(host: str, port: int) -> None:
    """Serve /metrics, facts and reports until SIGTERM."""
    logs.configure("metrics")
    serve_web(partial(build, read_settings(os.environ), GROUP), host=host, port=port, threads=16)


@main.command("verify")
def verify_command() -> None:
    """Hold every ticket against its events and every aggregate against the tickets; 1 if any is wrong."""
    where, _ = _environment()
    with _mongo(where) as client, client.start_session(snapshot=True) as session:
        store = Store(client[where.database])
        width = store.bucket_width()
        if width is None:
            raise ConfigInvalid(f"database {where.database} has no aggregates yet: run a worker first")
        with _progress("tickets verified", store.count_tickets()) as advance:
            wrong = audit.verify(store, width, session, advance)
        tickets = store.count_tickets(session)
    for sentence in wrong:
        click.echo(sentence)
    click.echo(f"{tickets} tickets verified, {len(wrong)} wrong")
    sys.exit(1 if wrong else 0)


@main.command("rebuild")
def rebuild_command() -> None:
    """Make all tickets and aggregates anew from the stored events; workers wait meanwhile."""
    where, config = _environment()
    with _mongo(where) as client:
        store = Store(client[where.database])
        publisher = Publisher(where.kafka)
        changed: list[Any] = []
        with _progress("tickets rebuilt", store.count_tickets()) as advance:
            audit.rebuild(
                store,
                span_seconds(config.metrics.bucket),
                lambda state: changed.extend(publisher.send([facts_message(state)])),
                advance,
            )
        publisher.wait(changed, timeout=60)
        publisher.close()
        click.echo(f"{store.count_tickets()} tickets rebuilt, {len(changed)} of them changed")


@contextmanager
def _progress(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar with rate and time left on standard error; gives what moves it."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.advance(task, done)


def _environment() -> tuple[Addresses, Config]:
    config = load(Path(os.environ.get("DESKPULSE_CONFIG", "deskpulse.yml")))
    return addresses(os.environ), config


def _mongo(where: Addresses) -> MongoClient[dict[str, Any]]:
    return MongoClient(where.mongo, serverSelectionTimeoutMS=5000, appname="deskpulse-metrics")


def _bucket_width(store: Store, config: Config) -> int:
    """The configured width, which the stored aggregates must share. Raises ConfigInvalid."""
    wanted = span_seconds(config.metrics.bucket)
    store.require_bucket_width(wanted)
    store.set_bucket_width(wanted)
    return wanted


def run() -> None:
    """Run the command line; what is wrong with the configuration is one sentence."""
    try:
        main()
    except ConfigInvalid as error:
        click.echo(f"metrics: {error}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    run()
