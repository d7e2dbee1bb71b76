"""The commands of the feedback service; the worker's clients are built here."""

import gc
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import click
import structlog
from kafka.errors import KafkaError
from prometheus_client import CollectorRegistry
from pymongo import MongoClient
from pymongo.errors import PyMongoError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from events.topics import TOPICS
from feedback import audit
from feedback.crew import Failed, crew
from feedback.forgetting.retention import retain
from feedback.learning.learn import learn
from feedback.settings import Settings, read_settings
from feedback.store import Store, database_name
from feedback.wsgi import build
from runtime import logs
from runtime.beside import create_app, serve_beside
from runtime.environment import ConfigInvalid
from runtime.server import serve as serve_web
from runtime.stop import Stop
from streams.reasons import reason
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
    logs.configure("feedback-worker")
    gc.set_threshold(100_000, 50, 100)
    settings = read_settings(os.environ)
    stop = Stop().on_signals()
    ensure_topics(settings.where.kafka, TOPICS, partitions=settings.partitions)
    with _mongo(settings) as client:
        registry = CollectorRegistry()
        with crew(settings, os.environ, client, registry, batch_size) as hands:
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
    logs.configure("feedback")
    serve_web(partial(build, read_settings(os.environ)), host=host, port=port, threads=16)


@main.command("verify")
def verify_command() -> None:
    """Hold every aggregate against the cases; 1 if any is wrong."""
    with _store() as store:
        with _progress("cases verified", store.count_cases()) as advance:
            wrong = audit.verify(store, advance)
        for sentence in wrong:
            click.echo(sentence)
        click.echo(f"{store.count_cases()} cases verified, {len(wrong)} wrong")
    sys.exit(1 if wrong else 0)


@main.command("retain")
def retain_command() -> None:
    """Forget what is kept for long enough, as the configuration says; else the worker does that at night."""
    settings = read_settings(os.environ)
    with _store() as store, _progress("cases looked at", store.count_cases()) as advance:
        done = retain(store, settings.feedback.retention, time.time_ns() // 1000, advance)
    click.echo(f"{done.comments} cases without their texts now, {done.people} without their people")


@main.command("learn")
def learn_command() -> None:
    """Learn sentiment from scored comments; else the worker does that at night."""
    with _store() as store, _progress("comments read", 0) as advance:
        lessons = learn(store, time.time_ns() // 1000, advance)
    for line in lessons:
        click.echo(line)


@contextmanager
def _store() -> Iterator[Store]:
    settings = read_settings(os.environ)
    with _mongo(settings) as client:
        yield Store(client, database_name(settings.where.database))


@contextmanager
def _progress(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar with rate and time left on standard error; gives what moves it."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(what, total=total or None)
        yield lambda done: bar.advance(task, done)


def _mongo(settings: Settings) -> MongoClient[dict[str, Any]]:
    return MongoClient(settings.where.mongo, serverSelectionTimeoutMS=5000, appname="deskpulse-feedback")


def run() -> None:
    """Run the command line; what is wrong with the configuration or the addresses is one sentence."""
    try:
        main()
    except ConfigInvalid as error:
        click.echo(f"feedback: {error}", err=True)
        sys.exit(2)
    except Failed as why:
        click.echo(f"feedback: {why}", err=True)
        sys.exit(1)
    except KafkaError as error:
        click.echo(f"feedback: Kafka fails, KAFKA_BOOTSTRAP_SERVERS says where it is: {error}", err=True)
        sys.exit(1)
    except PyMongoError as error:
        click.echo(f"feedback: MongoDB fails, MONGODB_URI says where it is: {reason(error)}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    run()
