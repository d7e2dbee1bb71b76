"""`python -m local`: the product on this machine."""

import logging
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import click
from rich.console import Console

from local import binaries, launcher, libraries
from local.apache import launcher as apache
from local.failure import CannotRun
from runtime.environment import ConfigInvalid

_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@click.group()
def main() -> None:
    """Deskpulse on this machine, with a MongoDB and a Kafka-protocol broker of its own."""


_data = click.option(
    "--data", type=click.Path(path_type=Path), default=Path(".run"), help="Where data, logs and secrets go."
)


@main.command()
@_data
def run(data: Path) -> None:
    """Start everything, and stop it with Ctrl-C."""
    _until_interrupted(lambda: launcher.run(data.resolve(), os.environ, Console()))


@main.command()
@_data
@click.option("--brokers", type=click.Choice(["1", "3"]), default="1", help="How many.")
@click.option(
    "--port", type=click.IntRange(1, 65_000), default=9092, help="The first port; those after it follow."
)
def kafka(data: Path, brokers: str, port: int) -> None:
    """Start Apache Kafka alone, and stop it with Ctrl-C."""
    _until_interrupted(lambda: apache.run(data.resolve(), int(brokers), port, Console()))


@main.command("fetch-kafka")
def fetch_kafka() -> None:
    """Fetch Apache Kafka with Maven unless it is here."""
    _until_interrupted(apache.fetched)


@main.command("missing-packages")
def missing_packages() -> None:
    """Print the Debian packages that the embedded MongoDB lacks here, one a line."""
    for package in libraries.packages(libraries.missing(binaries.mongod())):
        click.echo(package)


def _until_interrupted(start: Callable[[], object]) -> None:
    """Have `start` do its work; what it can't do is one sentence and exit code 1."""
    for number in _STOPPING:
        signal.signal(number, _interrupt)
    # Libraries' warnings would stand beside the one sentence that tells what is wrong.
    logging.disable()
    try:
        start()
    except KeyboardInterrupt:
        sys.exit(0)
    except (CannotRun, ConfigInvalid, OSError) as why:
        click.echo(f"deskpulse: {why}", err=True)
        sys.exit(1)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    # Once is enough: a second Ctrl-C must not cut short the stopping of the children.
    for number in _STOPPING:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


if __name__ == "__main__":
    main(prog_name="python -m local")
