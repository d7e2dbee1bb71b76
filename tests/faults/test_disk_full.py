"""A disk that runs full under load: what was taken stays, nothing more is called done, and work goes on once
there is room.

A failing run names its seed; the same seed makes the same events.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from faults import check
from faults.load import Load, arrivals, events
from faults.trials import Try
from faults.webhooks import Helpdesk, ask, assert_in_order_and_once, await_arrival, connected
from harness import services
from harness.parts import Broker, Mongod, broker_of_own, stack_of
from harness.scraping import samples
from harness.services import RunningService, environment, worker
from harness.volumes import Volume, small_volume
from harness.wait import until
from local import binaries, mongod, process
from local.ports import HOST
from local.replica_set import NAME
from local.stack import Stack

pytestmark = pytest.mark.fault

Mongo = MongoClient[dict[str, Any]]
DATABASE = "faults"
MIB = 2**20


class FrugalMongod(Mongod):
    """Begins with some MiB where others take a hundred: its journal's files are small."""

    def start(self) -> None:
        self.starts += 1
        command: list[str | Path] = [
            binaries.mongod(),
            *("--replSet", NAME, "--bind_ip", HOST, "--port", f"{self._port}", "--nounixsocket"),
            *("--dbpath", self._directory / "mongo", "--wiredTigerCacheSizeGB", "0.25"),
            *("--oplogSize", "512"),
            *("--wiredTigerEngineConfigString", "log=(file_max=1MB,prealloc=false)"),
            *("--setParameter", "diagnosticDataCollectionEnabled=false"),
        ]
        self.child = process.start("mongod", command, log=self._directory / f"mongod-{self.starts}.log")
        mongod.await_primary(self.child, self._port)


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[Broker]:
    with broker_of_own(tmp_path) as own:
        yield own


@pytest.fixture
def volume(tmp_path: Path) -> Iterator[Volume]:
    with small_volume(tmp_path / "mongo", 64 * MIB) as made:
        yield made


@pytest.fixture
def server(volume: Volume, tmp_path: Path) -> Iterator[Mongod]:
    own = FrugalMongod(tmp_path)
    try:
        own.start()
        yield own
    finally:
        own.kill()


@pytest.fixture
def client(server: Mongod) -> Iterator[Mongo]:
    with MongoClient[dict[str, Any]](server.address) as made:
        yield made


@pytest.mark.parametrize("seed", [61])
def test_a_full_disk_under_mongodb_loses_and_doubles_nothing(
    seed: int, volume: Volume, server: Mongod, client: Mongo, queue: Broker, tmp_path: Path, try_fault: Try
) -> None:
    wires = arrivals(events(seed, 40_000, 900), seed)
    env = environment(stack_of(queue, server), DATABASE, DESKPULSE_BATCH_SIZE="100")
    with try_fault("the disk under MongoDB full", seed=seed) as trial:
        with worker(env, tmp_path) as running:
            with Load(queue.address, wires, rate=400) as load:
                for _ in range(2):
                    check.await_more(client, DATABASE, 300)
                    volume.leave(MIB)
                    await_full(volume, server, running)
                    volume.leave(64 * MIB)
                    start_again_if_dead(server, client)
                    trial.over()
                    check.await_more(client, DATABASE, 100)
                    trial.recovered()
                load.stop()
            check.await_all_processed(client, queue.address, DATABASE)
            assert running.stop() == 0
        assert "Traceback" not in running.written()
        trial.assert_exact(client, queue.address, DATABASE, wires[: load.published])


def await_full(volume: Volume, server: Mongod, running: RunningService) -> None:
    """Return once MongoDB has met the end of its disk, and the worker says that it tries again and again."""
    begun_again = retries(running)
    until(lambda: retries(running) > begun_again + 1, 90, "the worker to say that it begins again")
    assert "No space left on device" in server.child.log.read_text(errors="replace")
    assert volume.free() < MIB
    assert running.is_alive()
    assert running.written().count("batch begun again") >= 2


def start_again_if_dead(server: Mongod, client: Mongo) -> None:
    """MongoDB dies of some writes that found no room, and takes a moment for it."""
    until(lambda: not server.child.is_alive() or takes_writes(client), 60, "MongoDB to live or die")
    if not server.child.is_alive():
        server.start()


def takes_writes(client: Mongo) -> bool:
    """Whether a write is durable."""
    try:
        client["elsewhere"]["writes"].insert_one({})
    except PyMongoError:
        return False
    return True


def retries(running: RunningService) -> float:
    """How many batches the worker says it has begun again."""
    with urlopen(running.url("/metrics"), timeout=10) as answer:
        found = samples(answer.read().decode())
    return sum(count for (name, _), count in found.items() if name == "helpdesk_batch_retries_total")


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Volume]:
    with small_volume(tmp_path / "spool", 64 * MIB) as made:
        yield made


@pytest.fixture
def ingest(spool: Volume, queue: Broker, tmp_path: Path) -> Iterator[RunningService]:
    config = tmp_path / "deskpulse.yml"
    config.write_text("sources:\n  acme: {adapter: cloudevents, secrets: [env:DEMO_SECRET]}\n")
    own = {"DESKPULSE_CONFIG": str(config), "DESKPULSE_SPOOL_DIR": str(spool.directory)}
    with services.ingest(environment(Stack(queue.address, "", ()), "unused", **own), tmp_path) as running:
        yield running


def test_a_full_disk_under_the_spool_refuses_and_what_was_accepted_arrives_once(
    spool: Volume, queue: Broker, ingest: RunningService, try_fault: Try
) -> None:
    await_all_on_kafka(ingest, 0)
    with try_fault("the disk of the spool full while Kafka is away", seed=0) as trial:
        with Helpdesk(ingest.port) as helpdesk:
            spool.leave(18 * MIB)
            emptied = times_emptied(ingest)
            with queue.paused():
                await_refusals(helpdesk)
                with connected(ingest) as connection:
                    readiness = ask(connection, "GET", "/readyz")
            trial.over()
            # Nobody makes room: that Kafka is back is enough.
            await_all_on_kafka(ingest, emptied)
            trial.recovered()
            emptied = times_emptied(ingest)
            with queue.paused():
                await_accepted(helpdesk, 400)
                spool.leave(0)
                await_refusals(helpdesk)
                spool.leave(64 * MIB)
                trial.over()
                # Kafka isn't back: that there is room is enough.
                await_accepted(helpdesk, 100)
                trial.recovered()
            await_all_on_kafka(ingest, emptied)
        found = await_arrival(queue.address, helpdesk.accepted())
        arrived = Counter(name for names in found.values() for name in names)
        trial.judge(len({*helpdesk.accepted()} - arrived.keys()), arrived.total() - len(arrived))

    assert (readiness.status, "make room" in readiness.body) == (503, True)
    assert (set(helpdesk.refused()), helpdesk.broken) == ({503}, set())
    assert_in_order_and_once(found)


def times_emptied(ingest: RunningService) -> int:
    """How often all that was spooled has been on Kafka."""
    return ingest.written().count('"spooling_ended"')


def await_all_on_kafka(ingest: RunningService, before: int) -> None:
    """Return once that has happened again since it was so often."""
    until(lambda: times_emptied(ingest) > before, 60, "the spool to be empty")


def await_refusals(helpdesk: Helpdesk) -> None:
    reached = len(helpdesk.refused())
    until(lambda: len(helpdesk.refused()) > reached + 100, 60, "webhooks to be refused")


def await_accepted(helpdesk: Helpdesk, count: int) -> None:
    reached = len(helpdesk.accepted())
    until(lambda: len(helpdesk.accepted()) > reached + count, 60, "webhooks to be accepted")
