"""`python -m metrics doctor`: what the metrics service stands on."""

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from alerts.config import routing
from alerts.outbox import Outbox
from alerts.routes import NO_ROUTING, Routing
from calendars.config import calendars
from events.topics import EVENTS, TOPICS
from metrics.settings import ways
from metrics.store import Store
from runtime.config import Config, load
from runtime.doctor import Check, Finding, fail, ok, readable, warn
from runtime.environment import Addresses, ConfigInvalid, addresses, api_tokens, variable
from streams.doctor import broker, database
from streams.doctor.indexes import indexes
from streams.doctor.positions import positions
from streams.doctor.topics import topics

_RELEASE: Final = "a rebuild runs or was broken off: where none runs, run python -m metrics rebuild again"


def checks(env: Mapping[str, str], group: str) -> list[Check]:
    """What is to be looked at for the metrics service with the environment `env`, whose workers are the
    consumer group `group`."""
    kafka, mongo = broker.ADVICE, database.ADVICE
    return [
        Check("configuration", partial(_configuration, env), "see DESKPULSE_CONFIG"),
        Check("alerts", lambda: _alerts(_config(env), _routing(env)), "see alerts: in the configuration"),
        Check("kafka", lambda: broker.cluster(addresses(env).kafka), kafka),
        Check("topics", lambda: topics(addresses(env).kafka, TOPICS, _partitions(env)), kafka),
        Check("mongodb", lambda: database.server(addresses(env).mongo), mongo),
        Check("writes", lambda: database.writes(addresses(env).mongo, addresses(env).database), mongo),
        Check("indexes", lambda: indexes(addresses(env).mongo, addresses(env).database, _prepare), mongo),
        Check("positions", lambda: _positions(addresses(env), group), "see kafka and mongodb above"),
        Check("counting", lambda: _counting(addresses(env), _config(env)), mongo),
        Check("clock", lambda: database.clock(addresses(env).mongo), mongo),
    ]


def _configuration(env: Mapping[str, str]) -> Iterator[Finding]:
    yield from readable(
        {
            "addresses": lambda: addresses(env),
            "policies": lambda: ways(_config(env)),
            "alerts": lambda: _routing(env),
        }
    )
    if not api_tokens(env):
        yield warn("there is no API token: the web process won't start", "set DESKPULSE_API_TOKEN")


def _config(env: Mapping[str, str]) -> Config:
    return load(Path(env.get("DESKPULSE_CONFIG", "deskpulse.yml")))


def _routing(env: Mapping[str, str]) -> Routing:
    config = _config(env)
    return routing(config.alerts, calendars(config.calendars), env)


def _partitions(env: Mapping[str, str]) -> int:
    return int(variable(env, "KAFKA_PARTITIONS") or "4")


def _alerts(config: Config, known: Routing) -> Iterator[Finding]:
    if not config.policies:
        yield ok("no policies: nothing is promised, so nothing can be late")
    elif not known.destinations:
        yield warn("there are policies and no alerts: a breach is told to nobody", "add alerts: with notify:")
    else:
        yield ok(f"they go to {', '.join(known.destinations)}")


def _prepare(database: Any) -> None:
    """As the worker does when it starts."""
    Store(database).prepare()
    Outbox(database, NO_ROUTING).prepare()


def _positions(where: Addresses, group: str) -> Iterator[Finding]:
    return positions(where.mongo, where.database, where.kafka, {group: EVENTS}, _RELEASE)


def _counting(where: Addresses, config: Config) -> Iterator[Finding]:
    """Whether the tickets are counted as the configuration now says."""
    counting = ways(config)
    with database.asking(where.mongo) as client:
        store = Store(client[where.database])
        if store.bucket_width() is None:
            yield warn("nothing is counted yet", "start a worker")
            return
        try:
            store.require_counting(counting.width, counting.fingerprint)
        except ConfigInvalid as why:
            yield fail(str(why), "until then no worker starts")
            return
    yield ok(f"by {counting.width // 60} minutes, under the policies and calendars of the configuration")
