"""Kafka's brokers as processes of this machine."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from local import ports, process
from local.apache import archive, java, storage
from local.apache.nodes import Node
from local.process import Child

_READY_SECONDS: Final = 60.0


def start(nodes: Sequence[Node], jars: Path, *, logs: Path) -> dict[Node, Child]:
    """Start all `nodes` of a cluster, which finds again what it held before. Raises CannotRun."""
    storage.prepare(nodes, jars, archive.options(jars))
    return {node: start_one(node, jars, logs=logs) for node in nodes}


def start_one(node: Node, jars: Path, *, logs: Path) -> Child:
    """Start `node`, whose storage is prepared, with its log in the directory `logs`. Raises CannotRun."""
    command = java.command(jars, "kafka.Kafka", node.settings, options=archive.options(jars))
    return process.start(f"kafka-{node.number}", command, log=logs / f"kafka-{node.number}.log")


def await_answers(running: Mapping[Node, Child]) -> None:
    """Return once all nodes that are `running` serve clients. Raises CannotRun."""
    for node, child in running.items():
        child.await_condition(lambda node=node: ports.is_open(node.port), _READY_SECONDS, "doesn't answer")  # type: ignore[misc]
    wanted = {node.number for node in running}
    admin = KafkaAdminClient(bootstrap_servers=[node.address for node in running])

    def all_serve() -> bool:
        process.require_alive(running.values())
        return wanted <= _serving(admin)

    try:
        next(iter(running.values())).await_condition(all_serve, _READY_SECONDS, "isn't in its cluster")
    finally:
        admin.close()


def _serving(admin: KafkaAdminClient) -> set[int]:
    try:
        brokers = admin.describe_cluster()["brokers"]
    except KafkaError:
        return set()
    return {broker["broker_id"] for broker in brokers if not broker.get("is_fenced")}
