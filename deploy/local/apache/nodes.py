"""The nodes of a cluster and their settings (pure)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from local.ports import HOST

_SETTINGS: Final = {
    "process.roles": "broker,controller",
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "inter.broker.listener.name": "CLIENTS",
    "auto.create.topics.enable": "false",
    # Groups that come and go by the second, as in tests, don't wait for more members.
    "group.initial.rebalance.delay.ms": "0",
    # Workers may be asked to notice each other's death sooner than brokers allow by default.
    "group.min.session.timeout.ms": "1000",
    # A broker that was killed may come back under its number once its session is over: soon.
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    # What is deleted is gone from the disk within a second, too.
    "log.segment.delete.delay.ms": "1000",
    # For a heap of 256 MiB and a laptop's cores.
    "log.cleaner.dedupe.buffer.size": "8388608",
    "num.network.threads": "2",
    "num.io.threads": "4",
    # Each partition of Kafka's own topics costs a broker files and time when it starts.
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.num.partitions": "4",
}
_REPLICATED: Final = (
    "default.replication.factor",
    "offsets.topic.replication.factor",
    "transaction.state.log.replication.factor",
    "share.coordinator.state.topic.replication.factor",
)
_IN_SYNC: Final = (
    "min.insync.replicas",
    "transaction.state.log.min.isr",
    "share.coordinator.state.topic.min.isr",
)


@dataclass(frozen=True, slots=True)
class Node:
    """A broker that takes clients on `port` and is a controller on `controller_port`; its files are in
    `directory`."""

    number: int
    port: int
    controller_port: int
    directory: Path

    @property
    def address(self) -> str:
        """How clients reach it."""
        return f"{HOST}:{self.port}"

    @property
    def settings(self) -> Path:
        """Its server.properties."""
        return self.directory / "server.properties"

    @property
    def data(self) -> Path:
        """Where its topics are."""
        return self.directory / "data"


def lay_out(directory: Path, ports: Sequence[int]) -> list[Node]:
    """The nodes of a cluster in `directory`: `ports` are those of its clients, then those of its controllers,
    one of each for each node."""
    count = len(ports) // 2
    return [
        Node(number, port, controller_port, directory / f"{number}")
        for number, port, controller_port in zip(
            range(1, count + 1), ports[:count], ports[count:], strict=True
        )
    ]


def bootstrap(nodes: Sequence[Node]) -> str:
    """How clients reach the cluster."""
    return ",".join(node.address for node in nodes)


def properties(node: Node, nodes: Sequence[Node]) -> str:
    """The server.properties of `node`, one of `nodes`."""
    return "".join(f"{name}={value}\n" for name, value in _properties(node, nodes))


def _properties(node: Node, nodes: Sequence[Node]) -> Iterator[tuple[str, str]]:
    yield from _SETTINGS.items()
    # Of three, one may be lost: everything is on all, and a write needs two.
    yield from ((name, f"{len(nodes)}") for name in _REPLICATED)
    yield from ((name, f"{len(nodes) // 2 + 1}") for name in _IN_SYNC)
    yield "node.id", f"{node.number}"
    yield (
        "controller.quorum.voters",
        ",".join(f"{each.number}@{HOST}:{each.controller_port}" for each in nodes),
    )
    yield "listeners", f"CLIENTS://{node.address},CONTROLLER://{HOST}:{node.controller_port}"
    yield "advertised.listeners", f"CLIENTS://{node.address}"
    yield "log.dirs", f"{node.data}"
