"""A service's command line: what is wrong with the configuration or an address is one sentence."""

import sys
from collections.abc import Callable

import click
from kafka.errors import KafkaError
from pymongo.errors import PyMongoError

from runtime.environment import ConfigInvalid
from streams.reasons import reason


def run(service: str, main: Callable[[], object]) -> None:
    """Run `main`; exit with 2 for a configuration, with 1 for Kafka or MongoDB that can't be used."""
    try:
        main()
    except ConfigInvalid as error:
        click.echo(f"{service}: {error}", err=True)
        sys.exit(2)
    except KafkaError as error:
        click.echo(f"{service}: Kafka fails, KAFKA_BOOTSTRAP_SERVERS says where it is: {error}", err=True)
        sys.exit(1)
    except PyMongoError as error:
        click.echo(f"{service}: MongoDB fails, MONGODB_URI says where it is: {reason(error)}", err=True)
        sys.exit(1)
