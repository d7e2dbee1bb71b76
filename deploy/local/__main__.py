"""`python -m local`: the product on this machine."""

import logging
import os
import signal
import sys
from pathlib import Path
from types import FrameType

import click
from rich.console import Console

from local import binaries, launcher, libraries
from local.failure import CannotRun
from runtime.environment import ConfigInvalid

_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@click.group()
def main() -> None:
    """Deskpulse on this machine, with a MongoDB and a Kafka-protocol broker of its own."""


@main.command()
@click.option(
    "--data", type=click.Path(path_type=Path), default=Path(".run"), help="Where data, logs and secrets go."
)
def run(data: Path) -> None:
    """Start everything, and stop it with Ctrl-C."""
    for number in _STOPPING:
        signal.signal(number, _interrupt)
    # Libraries' warnings would stand beside the one sentence that tells what is wrong.
    logging.disable()
    try:
        launcher.run(data.resolve(), os.environ, Console())
    except KeyboardInterrupt:
        sys.exit(0)
    except (CannotRun, ConfigInvalid, OSError) as why:
        click.echo(f"deskpulse: {why}", err=True)
        sys.exit(1)


@main.command("missing-packages")
def missing_packages() -> None:
    """Print the Debian packages that the embedded MongoDB lacks here, one a line."""
    for package in libraries.packages(libraries.missing(binaries.mongod())):
        click.echo(package)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    # Once is enough: a second Ctrl-C must not cut short the stopping of the children.
    for number in _STOPPING:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


if __name__ == "__main__":
    main(prog_name="python -m local")
