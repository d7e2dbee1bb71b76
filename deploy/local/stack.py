"""MongoDB and the broker together, started where the environment names none."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local import broker, mongod
from local.process import Child, stop_all
from runtime.environment import variable


@dataclass(frozen=True, slots=True)
class Stack:
    """Addresses of both, and the processes that this one started for them."""

    kafka: str
    mongo: str
    children: tuple[Child, ...]


@contextmanager
def running(directory: Path, env: Mapping[str, str], *, mongo_port: int, kafka_port: int) -> Iterator[Stack]:
    """The stack, ready for use, until the block ends. Data and logs are under `directory`.

    `KAFKA_BOOTSTRAP_SERVERS` and `MONGODB_URI` in `env` win: what they name is used and left alone.
    Raises CannotRun.
    """
    logs = directory / "logs"
    kafka, mongo = variable(env, "KAFKA_BOOTSTRAP_SERVERS"), variable(env, "MONGODB_URI")
    children: list[Child] = []
    try:
        if not mongo:
            server = mongod.start(directory / "mongo", logs / "mongod.log", mongo_port)
            children.append(server)
        if not kafka:
            queue = broker.start(logs / "broker.log", kafka_port)
            children.append(queue)
            broker.await_open(queue, kafka_port)
        if not mongo:
            mongod.await_primary(server, mongo_port)
        yield Stack(kafka or broker.bootstrap(kafka_port), mongo or mongod.uri(mongo_port), tuple(children))
    finally:
        stop_all(children)
