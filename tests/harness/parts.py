"""A broker and a MongoDB of a test's own, to be killed and started again at the same addresses."""

import os
import shutil
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import ClassVar, Final

from events.topics import TOPICS
from harness.processes import standing_still
from local import broker, mongod, ports
from local.apache import launcher as apache
from local.apache import servers
from local.apache.nodes import lay_out
from local.process import Child
from local.stack import Stack
from streams.topics import ensure_topics


class Broker(ABC):
    """A broker with our topics, at one address over all its starts.

    `keeps` says whether what it holds outlives its death: a test that starts it again asks that, or starts
    it as an empty one.
    """

    keeps: ClassVar[bool]
    child: Child

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._port = ports.free_port()
        self.address = broker.bootstrap(self._port)
        self.starts = 0

    def start(self) -> None:
        """Start it with what it has kept, and make the topics that it lacks."""
        self.starts += 1
        self._launch()
        ensure_topics(self.address, TOPICS, partitions=4)

    def start_empty(self) -> None:
        """Start it as a new one that has never held anything."""
        self._forget()
        self.start()

    def kill(self) -> None:
        """SIGKILL, if there is anything to kill."""
        if hasattr(self, "child"):
            self.child.kill()

    def paused(self) -> AbstractContextManager[None]:
        """Standing still until the block ends: connections stay, answers don't come."""
        return standing_still(self.child.process.pid)

    @abstractmethod
    def _launch(self) -> None:
        """Set `child`, and wait until it answers."""

    @abstractmethod
    def _forget(self) -> None:
        """Have nothing kept."""


class Tansu(Broker):
    """The embedded broker."""

    keeps = False

    def _launch(self) -> None:
        self.child = broker.start(self._directory / f"broker-{self.starts}.log", self._port)
        broker.await_open(self.child, self._port)

    def _forget(self) -> None:
        """It keeps nothing."""


class Apache(Broker):
    """Apache Kafka, one broker."""

    keeps = True

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self._nodes = lay_out(directory / "apache", [self._port, ports.free_port()])

    def _launch(self) -> None:
        logs = self._directory / f"broker-{self.starts}"
        running = servers.start(self._nodes, apache.fetched(), logs=logs)
        (self.child,) = running.values()
        servers.await_answers(running)

    def _forget(self) -> None:
        shutil.rmtree(self._directory / "apache", ignore_errors=True)


BROKERS: Final[dict[str, type[Broker]]] = {"tansu": Tansu, "apache": Apache}
CHOSEN: Final = os.environ.get("DESKPULSE_TEST_BROKER") or "tansu"
"""Which of them the tests run on."""


def new_broker(directory: Path) -> Broker:
    """A broker that isn't started yet, of the kind that the environment names."""
    return BROKERS[CHOSEN](directory)


class Mongod:
    """Keeps its data over all starts."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._port = ports.free_port()
        self.address = mongod.uri(self._port)
        self.starts = 0

    def start(self) -> None:
        """Start it and wait until it takes writes."""
        self.starts += 1
        log = self._directory / f"mongod-{self.starts}.log"
        self.child = mongod.start(self._directory / "mongo", log, self._port)
        mongod.await_primary(self.child, self._port)

    def kill(self) -> None:
        """SIGKILL."""
        self.child.kill()

    def paused(self) -> AbstractContextManager[None]:
        """Standing still until the block ends: connections stay, answers don't come."""
        return standing_still(self.child.process.pid)


@contextmanager
def broker_of_own(directory: Path) -> Iterator[Broker]:
    """A started broker, gone when the block ends. Close its clients within the block."""
    own = new_broker(directory)
    try:
        own.start()
        yield own
    finally:
        own.kill()


@contextmanager
def mongod_of_own(directory: Path) -> Iterator[Mongod]:
    """A started MongoDB, gone when the block ends."""
    own = Mongod(directory)
    try:
        own.start()
        yield own
    finally:
        own.kill()


def stack_of(queue: Broker, server: Mongod) -> Stack:
    """The addresses of both."""
    return Stack(kafka=queue.address, mongo=server.address, children=())
