"""The whole product on this machine: start it in order, watch it, stop it."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from kafka.errors import KafkaError
from rich.console import Console
from rich.progress import Progress

from events.topics import TOPICS
from local import credentials, demo, directions, ports, services, traffic, voices, web
from local import stack as stacks
from local.failure import CannotRun
from local.process import Child, await_any_end, require_alive, stop_all
from local.services import FEEDBACK, INGEST, METRICS, SERVICES, WORKER, Service
from local.stack import Stack
from runtime.environment import variable
from streams.topics import ensure_topics

CONFIG: Final = Path(__file__).parents[2] / "deskpulse.yml"

_PARTITIONS: Final = 4
_VISIBLE_SECONDS: Final = 60.0
_SERVERS: Final = (
    # what, its port's variable, its port, the variable that names another server instead
    ("MongoDB", "MONGO_PORT", 27117, "MONGODB_URI"),
    ("the Kafka broker", "KAFKA_PORT", 9192, "KAFKA_BOOTSTRAP_SERVERS"),
)


def run(directory: Path, env: Mapping[str, str], console: Console) -> None:
    """Run everything, with data and logs in `directory`, until KeyboardInterrupt; then stop everything.

    Raises CannotRun, with everything stopped, when something can't be started or ends by itself.
    """
    service_ports = services.ports_of(SERVICES, env)
    mongo_port, kafka_port = _server_ports(env)
    for service, port in service_ports.items():
        ports.require_free(port, service.name, service.variable)
    directory.mkdir(parents=True, exist_ok=True)
    secrets = credentials.load(directory / "secrets", env)
    with ExitStack() as running:
        with console.status("Starting MongoDB and the broker …"):
            stack = running.enter_context(
                stacks.running(directory, env, mongo_port=mongo_port, kafka_port=kafka_port)
            )
            _make_topics(stack.kafka)
        console.print("MongoDB and the Kafka broker are ready")
        environment = _environment(env, stack, secrets, directory)
        environment.setdefault("DESKPULSE_PUBLIC_URL", services.url(service_ports[FEEDBACK]))
        children = _start_services(running, service_ports, environment, directory)
        everything = [*stack.children, *children.values()]
        for service, child in children.items():
            with console.status(f"Waiting for {service.name} …"):
                services.await_ready(child, service_ports[service], everything)
            console.print(f"{service.name} is ready on port {service_ports[service]}")
        _show_demo(children[WORKER], everything, service_ports, secrets, console)
        for line in directions.lines(service_ports, secrets, datetime.now(UTC)):
            console.print(line, soft_wrap=True, markup=False, highlight=False)
        console.print("Ctrl-C stops everything. MongoDB's data stay in", str(directory), soft_wrap=True)
        await_any_end(everything)


def _server_ports(env: Mapping[str, str]) -> list[int]:
    chosen = []
    for what, name, default, elsewhere in _SERVERS:
        port = ports.port_of(env, name, default)
        if not variable(env, elsewhere):
            ports.require_free(port, what, name)
        chosen.append(port)
    return chosen


def _make_topics(bootstrap: str) -> None:
    where = f"the Kafka broker at {bootstrap} (KAFKA_BOOTSTRAP_SERVERS)"
    if not any(ports.is_reachable(address) for address in bootstrap.split(",")):
        raise CannotRun(f"{where} doesn't answer: start it, or unset the variable to use the embedded one")
    try:
        ensure_topics(bootstrap, TOPICS, partitions=_PARTITIONS)
    except KafkaError as error:
        raise CannotRun(f"{where} doesn't take topics: {error}") from None


def _environment(
    env: Mapping[str, str], stack: Stack, secrets: Mapping[str, str], directory: Path
) -> dict[str, str]:
    return {
        **env,
        **secrets,
        "KAFKA_BOOTSTRAP_SERVERS": stack.kafka,
        "MONGODB_URI": stack.mongo,
        "MONGODB_DATABASE": "deskpulse",
        "DESKPULSE_CONFIG": str(CONFIG),
        "DESKPULSE_SPOOL_DIR": str(directory / "spool"),
    }


def _start_services(
    running: ExitStack, chosen: Mapping[Service, int], env: Mapping[str, str], directory: Path
) -> dict[Service, Child]:
    children: dict[Service, Child] = {}
    running.callback(lambda: stop_all(list(children.values())))
    for service, port in chosen.items():
        log = directory / "logs" / f"{service.name}.log"
        children[service] = services.start(service, port, log=log, env=env)
    return children


def _show_demo(
    worker: Child,
    everything: Sequence[Child],
    chosen: Mapping[Service, int],
    secrets: Mapping[str, str],
    console: Console,
) -> None:
    """Post the demonstration week unless its last ticket is known, and wait until that is."""
    last = directions.ticket(chosen[METRICS], str(demo.TICKETS))

    def visible() -> bool:
        require_alive(everything)
        return web.answers(last, secrets[credentials.API_TOKEN])

    if visible():
        console.print("The demonstration week is there already")
        return
    end = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    week = demo.week(end)
    week += voices.answers(week, end)
    webhook = services.url(chosen[INGEST], f"/webhooks/{demo.SOURCE}")
    with Progress(console=console) as progress:
        posting = progress.add_task("Posting a demonstration week", total=len(week))
        for count in traffic.post(webhook, secrets[credentials.DEMO_SECRET], week):
            progress.advance(posting, count)
    with console.status("Waiting for its figures …"):
        worker.await_condition(visible, _VISIBLE_SECONDS, "hasn't counted the demonstration week")
