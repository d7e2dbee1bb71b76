"""MongoDB that dies, steps down or stands still while events flow: the aggregates stay those of the oracle.

A failing run names its seed; the same seed makes the same events.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from faults import check
from faults.load import Load, arrivals, events
from harness.parts import Broker, Mongod, broker_of_own, mongod_of_own, stack_of
from harness.services import RunningService, environment, worker
from harness.wait import until

pytestmark = pytest.mark.fault

Mongo = MongoClient[dict[str, Any]]
DATABASE = "faults"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mongod]:
    with mongod_of_own(tmp_path_factory.mktemp("mongod")) as own:
        yield own


@pytest.fixture
def client(server: Mongod) -> Iterator[Mongo]:
    with MongoClient[dict[str, Any]](server.address) as made:
        made.drop_database(DATABASE)
        yield made


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[Broker]:
    with broker_of_own(tmp_path) as own:
        yield own


def killed_and_started_again(server: Mongod, client: Mongo) -> None:
    server.kill()
    server.start()


def stepped_down(server: Mongod, client: Mongo) -> None:
    """For 3 s nobody is primary: the only member steps down, and is elected again."""
    before = term(client)
    # Whether the order is answered depends on how soon the connections are closed.
    with suppress(PyMongoError):
        client.admin.command({"replSetStepDown": 3, "force": True})
    until(lambda: term(client) > before, 20, "another election")


def term(client: Mongo) -> int:
    """How many elections there have been."""
    elections: int = client.admin.command("replSetGetStatus")["term"]
    return elections


def stopped_for_eight_seconds(server: Mongod, client: Mongo) -> None:
    with server.paused():
        Event().wait(8)


@pytest.mark.parametrize("seed", [41])
@pytest.mark.parametrize("fault", [killed_and_started_again, stepped_down, stopped_for_eight_seconds])
def test_a_fault_of_mongodb_under_load_loses_and_doubles_nothing(
    fault: Callable[[Mongod, Mongo], None],
    seed: int,
    server: Mongod,
    client: Mongo,
    queue: Broker,
    tmp_path: Path,
) -> None:
    distinct = events(seed, 3000, 400)
    env = environment(stack_of(queue, server), DATABASE, DESKPULSE_BATCH_SIZE="100")

    with worker(env, tmp_path) as running:
        with Load(queue.address, arrivals(distinct, seed), rate=500) as load:
            await_progress(client, 400)
            fault(server, client)
            load.join()
        check.await_all_processed(client, queue.address, DATABASE)
        assert running.is_alive()
        assert running.stop() == 0

    check.assert_exact(client, queue.address, DATABASE, distinct)


def test_a_worker_told_to_stop_while_mongodb_is_gone_leaves_within_ten_seconds(
    server: Mongod, client: Mongo, queue: Broker, tmp_path: Path
) -> None:
    distinct = events(43, 600, 60)
    env = environment(stack_of(queue, server), DATABASE, DESKPULSE_BATCH_SIZE="50")

    with worker(env, tmp_path) as running, Load(queue.address, distinct, rate=400) as load:
        await_progress(client, 100)
        server.kill()
        until(lambda: "batch begun again" in log(running), 30, "the worker to notice")
        assert running.stop() == 0
        load.join()
    server.start()
    with worker(env, tmp_path):
        check.await_all_processed(client, queue.address, DATABASE)

    check.assert_exact(client, queue.address, DATABASE, distinct)


def await_progress(client: Mongo, messages: int) -> None:
    """Return once so many more messages have been processed."""
    reached = check.progress(client, DATABASE)
    until(lambda: check.progress(client, DATABASE) >= reached + messages, 60, f"{messages} messages more")


def log(running: RunningService) -> str:
    return running.log.read_text(encoding="utf-8", errors="replace")
