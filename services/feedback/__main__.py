"""The commands of the feedback service; the worker's clients are built here."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import click
import pymongo
import structlog
from prometheus_client import CollectorRegistry
from pymongo import MongoClient

from events.topics import TOPICS
from feedback import audit, doctor
from feedback.crew import Failed, crew
from feedback.forgetting.retention import retain
from feedback.learning.learn import learn
from feedback.settings import Settings, read_settings
from feedback.store import Store, database_name
from feedback.wsgi import build
from runtime import logs
from runtime.beside import create_app, serve_beside
from runtime.doctor import report
from runtime.garbage import collect_rarely
from runtime.mongo import PREPARE_SECONDS, WORKER_ANSWER_SECONDS, connect
from runtime.progress import progress
from runtime.server import serve as serve_web
from runtime.stop import Stop
from streams.command import run
from streams.topics import ensure_topics


@click.group()
def main() -> None:
    """Surveys, what customers say, and the scores of both."""


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8013, show_default=True, help="Port of this worker's health and metrics.")
@click.option(
    "--batch-size",
    default=1000,
    show_default=True,
    envvar="DESKPULSE_BATCH_SIZE",
    help="Messages per transaction, at most.",
)
def worker(host: str, port: int, batch_size: int) -> None:
    """Plan and send surveys, take answers into the scores, until SIGTERM."""
    logs.configure("feedback-worker", os.environ)
    collect_rarely()
    settings = read_settings(os.environ)
    stop = Stop().on_signals()
    ensure_topics(settings.where.kafka, TOPICS, partitions=settings.partitions)
    with _mongo(settings, WORKER_ANSWER_SECONDS) as client:
        registry = CollectorRegistry()
        with pymongo.timeout(PREPARE_SECONDS):
            made = crew(settings, os.environ, client, registry, batch_size)
        with made as hands:
            app = create_app("feedback-worker", registry, hands.last_turn, hands.is_ready, hands.is_alive)
            end_web = serve_beside(app, host, port)
            structlog.get_logger().info("worker started", port=port)
            hands.run(stop)
            end_web()


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8003, show_default=True)
def serve(host: str, port: int) -> None:
    """Serve the survey page, /metrics and the API until SIGTERM."""
    logs.configure("feedback", os.environ)
    serve_web(partial(build, read_settings(os.environ)), host=host, port=port, threads=16)


@main.command("verify")
def verify_command() -> None:
    """Hold every aggregate against the cases; 1 if any is wrong."""
    with _store() as store:
        with progress("cases verified", store.count_cases()) as advance:
            wrong = audit.verify(store, advance)
        for sentence in wrong:
            click.echo(sentence)
        click.echo(f"{store.count_cases()} cases verified, {len(wrong)} wrong")
    sys.exit(1 if wrong else 0)


@main.command("retain")
def retain_command() -> None:
    """Forget what is kept for long enough, as the configuration says; else the worker does that at night."""
    settings = read_settings(os.environ)
    with _store() as store, progress("cases looked at", store.count_cases()) as advance:
        done = retain(store, settings.feedback.retention, time.time_ns() // 1000, advance)
    click.echo(f"{done.comments} cases without their texts now, {done.people} without their people")


@main.command("learn")
def learn_command() -> None:
    """Learn sentiment from scored comments; else the worker does that at night."""
    with _store() as store, progress("comments read", None) as advance:
        lessons = learn(store, time.time_ns() // 1000, advance)
    for line in lessons:
        click.echo(line)


@main.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def doctor_command(as_json: bool) -> None:
    """Look at what this service stands on, and say what to do; 1 if anything keeps it from its work."""
    sys.exit(report(doctor.checks(os.environ), json=as_json))


@contextmanager
def _store() -> Iterator[Store]:
    settings = read_settings(os.environ)
    with _mongo(settings) as client:
        yield Store(client, database_name(settings.where.database))


def _mongo(settings: Settings, answer_seconds: float | None = None) -> MongoClient[dict[str, Any]]:
    return connect(settings.where.mongo, "deskpulse-feedback", answer_seconds=answer_seconds)


if __name__ == "__main__":
    try:
        run("feedback", main)
    except Failed as why:
        click.echo(f"feedback: {why}", err=True)
        sys.exit(1)
