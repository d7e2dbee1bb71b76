"""Three brokers of Apache Kafka of a test's own, any of which may be lost and come back."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from kafka import KafkaAdminClient, TopicPartition
from kafka.errors import KafkaError

from events.topics import TOPICS
from harness.wait import until
from local import ports
from local.apache import launcher, servers
from local.apache.nodes import Node, bootstrap, lay_out
from local.process import Child
from streams.clients import open_client
from streams.topics import ensure_topics

_PREFERRED: Final = 0
"""Kafka's number for the election of the first replica that is named."""


class Cluster:
    """Three brokers with our topics, each partition on all of them and written to two at least."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.nodes = lay_out(directory / "apache", [ports.free_port() for _ in range(6)])
        self.address = bootstrap(self.nodes)
        self._running: dict[Node, Child] = {}

    def start(self) -> None:
        """Start all, and make the topics."""
        self._running = servers.start(self.nodes, launcher.fetched(), logs=self._directory)
        servers.await_answers(self._running)
        ensure_topics(self.address, TOPICS, partitions=4)

    def lose(self, node: Node) -> None:
        """SIGKILL to `node`."""
        self._running.pop(node).kill()

    def bring_back(self, node: Node) -> None:
        """Start `node` with what it has kept; returns once it has caught up with everything."""
        child = servers.start_one(node, launcher.fetched(), logs=self._directory)
        self._running[node] = child
        servers.await_answers({node: child})
        until(self._all_in_step, 90, "all brokers to be in step")

    def lead(self, topics: Sequence[str], first: Node) -> None:
        """Have `first` lead all partitions of `topics`; returns once it does."""
        numbers = [first.number, *(node.number for node in self.nodes if node is not first)]
        admin = KafkaAdminClient(bootstrap_servers=self.address.split(","))
        try:
            partitions = [
                TopicPartition(topic["name"], partition["partition_index"])
                for topic in admin.describe_topics(topics)
                for partition in topic["partitions"]
            ]
            admin.alter_partition_reassignments(dict.fromkeys(partitions, numbers))
            until(lambda: not admin.list_partition_reassignments(), 30, "the replicas to be named anew")
            admin.elect_leaders(_PREFERRED, topics)
        finally:
            admin.close()
        until(lambda: self.leaders(topics) == {first.number}, 30, f"{first.number} to lead all partitions")

    def leaders(self, topics: Sequence[str]) -> set[int]:
        """The numbers of the nodes that lead partitions of `topics`."""
        return {partition["leader_id"] for partition in self._partitions(topics)}

    def kill(self) -> None:
        """SIGKILL to all that run."""
        for child in self._running.values():
            child.kill()

    def _all_in_step(self) -> bool:
        everybody = {node.number for node in self.nodes}
        places = self._partitions(None)
        return bool(places) and all(set(place["isr_nodes"]) == everybody for place in places)

    def _partitions(self, topics: Sequence[str] | None) -> list[dict[str, Any]]:
        """The partitions of `topics` (None: of all), none while the broker that is asked doesn't answer."""
        try:
            with closing(open_client(KafkaAdminClient, bootstrap_servers=self.address.split(","))) as admin:
                found = admin.describe_topics(topics)
        except KafkaError:
            return []
        return [partition for topic in found for partition in topic["partitions"]]


@contextmanager
def cluster_of_own(directory: Path) -> Iterator[Cluster]:
    """A started cluster, gone when the block ends. Close its clients within the block."""
    own = Cluster(directory)
    try:
        own.start()
        yield own
    finally:
        own.kill()
