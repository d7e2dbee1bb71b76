"""The commands of the metrics service; the worker's clients are built here."""

import os
import sys
import time
from datetime import UTC
from functools import partial
from pathlib import Path
from typing import Any

import click
import msgspec
import pymongo
import structlog
from prometheus_client import CollectorRegistry
from pymongo import MongoClient
from rich.console import Console

from alerts.config import routing
from alerts.outbox import Outbox
from alerts.sender import Sender
from alerts.telemetry import Telemetry as AlertTelemetry
from calendars.config import calendars
from events.topics import EVENTS, TICKETS, TOPICS
from metrics import audit, doctor, simulation_report
from metrics.settings import other_rules, read_settings, ways
from metrics.simulation import Question, simulate
from metrics.store import Store
from metrics.worker import TicketHandler, facts_message
from metrics.wsgi import build
from rollups.intervals import instant
from runtime import logs
from runtime.beside import create_app, serve_beside
from runtime.config import Config, load
from runtime.doctor import report
from runtime.environment import Addresses, ConfigInvalid, addresses
from runtime.garbage import collect_rarely
from runtime.mongo import PREPARE_SECONDS, WORKER_ANSWER_SECONDS, connect
from runtime.progress import progress
from runtime.server import serve as serve_web
from runtime.stop import Stop
from streams.clock import SharedClock
from streams.command import run
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
    logs.configure("metrics-worker", os.environ)
    collect_rarely()
    where, config = _environment()
    counting = ways(config)
    destinations = routing(config.alerts, calendars(config.calendars), os.environ)
    stop = Stop().on_signals()
    ensure_topics(where.kafka, TOPICS, partitions=int(os.environ.get("KAFKA_PARTITIONS", "4")))
    with _mongo(where, WORKER_ANSWER_SECONDS) as client:
        store, outbox = Store(client[where.database]), Outbox(client[where.database], destinations)
        with pymongo.timeout(PREPARE_SECONDS):
            store.prepare()
            outbox.prepare()
        store.require_counting(counting.width, counting.fingerprint)
        store.set_counting(counting.width, counting.fingerprint)
        clock = SharedClock(client)
        registry = CollectorRegistry()
        sender = Sender(outbox, destinations, AlertTelemetry(registry, destinations.destinations), clock)
        publisher = Publisher(where.kafka, linger_ms=0)
        consumer = ExactlyOnce(
            Subscription(where.kafka, EVENTS, GROUP, batch_size, output=TICKETS),
            client,
            Positions(store.database, GROUP),
            TicketHandler(store, counting, outbox.tell, clock),
            publisher,
            Telemetry(registry),
            clock,
        )
        end_web = serve_beside(
            create_app(
                "metrics-worker", registry, lambda: consumer.last_turn, consumer.assigned, sender.is_alive
            ),
            host,
            port,
        )
        sender.start(stop)
        structlog.get_logger().info("worker started", port=port)
        consumer.run(stop)
        sender.join(3)
        end_web()
        publisher.close()


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8002, show_default=True)
def serve(host: str, port: int) -> None:
    """Serve /metrics, facts and reports until SIGTERM."""
    collect_rarely()
    logs.configure("metrics", os.environ)
    serve_web(partial(build, read_settings(os.environ), GROUP), host=host, port=port, threads=16)


@main.command("verify")
def verify_command() -> None:
    """Hold every ticket against its events and every aggregate against the tickets; 1 if any is wrong."""
    where, config = _environment()
    with _mongo(where) as client, client.start_session(snapshot=True) as session:
        store = Store(client[where.database])
        counting = ways(config)
        if store.bucket_width() is None:
            raise ConfigInvalid(f"database {where.database} has no aggregates yet: run a worker first")
        store.require_counting(counting.width, counting.fingerprint)
        with progress("tickets verified", store.count_tickets()) as advance:
            wrong = audit.verify(store, counting, session, advance)
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
        counting = ways(config)
        changed: list[Any] = []
        with progress("tickets rebuilt", store.count_tickets()) as advance:
            audit.rebuild(
                store,
                counting,
                lambda row: changed.extend(
                    publisher.send([facts_message(row.state, row.seen_at, counting.rules)])
                ),
                advance,
            )
        publisher.wait(changed, timeout=60)
        publisher.close()
        click.echo(f"{store.count_tickets()} tickets rebuilt, {len(changed)} of them changed")


@main.command("simulate")
@click.option("--policy", required=True, type=click.Path(path_type=Path), help="A file with other policies.")
@click.option("--from", "start", required=True, help="RFC 3339, or a date (UTC).")
@click.option("--to", "end", required=True, help="The end, not included.")
@click.option("--json", "as_json", is_flag=True, help="Everything, for programs.")
def simulate_command(policy: Path, start: str, end: str, as_json: bool) -> None:
    """What if: how promises decided in a period would have fared under other policies. Writes nothing."""
    where, config = _environment()
    asked = Question(
        in_force=ways(config).rules,
        others=other_rules(config, policy),
        start=_instant(start, "--from"),
        end=_instant(end, "--to"),
        as_of=time.time_ns() // 1000,
    )
    with _mongo(where) as client, client.start_session(snapshot=True) as session:
        store = Store(client[where.database])
        with progress("tickets simulated", store.count_tickets()) as advance:
            found = simulate(audit.histories(store, session), asked, advance)
    if as_json:
        click.echo(msgspec.json.encode(simulation_report.as_json(found)))
        return
    Console().print(simulation_report.table(found))
    for line in simulation_report.turned(found):
        click.echo(line)


@main.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def doctor_command(as_json: bool) -> None:
    """Look at what this service stands on, and say what to do; 1 if anything keeps it from its work."""
    sys.exit(report(doctor.checks(os.environ, GROUP), json=as_json))


def _instant(text: str, option: str) -> int:
    try:
        return instant(text, UTC)
    except ValueError as error:
        raise click.BadParameter(f"{error}, got {text!r}", param_hint=option) from None


def _environment() -> tuple[Addresses, Config]:
    config = load(Path(os.environ.get("DESKPULSE_CONFIG", "deskpulse.yml")))
    return addresses(os.environ), config


def _mongo(where: Addresses, answer_seconds: float | None = None) -> MongoClient[dict[str, Any]]:
    return connect(where.mongo, "deskpulse-metrics", answer_seconds=answer_seconds)


if __name__ == "__main__":
    run("metrics", main)
