"""MongoDB dies, steps down, stands still or has no majority under load: the aggregates stay the oracle's.

A failing run names its seed; the same seed makes the same events.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from pymongo import MongoClient

from faults import check
from faults.absences import ABSENCES, DATABASE, Absence, order_down
from faults.load import Load, arrivals, events
from faults.trials import Try
from faults.watching import watched
from harness import services
from harness.parts import Broker, Mongod, broker_of_own, mongod_of_own, stack_of
from harness.replica_set import Member, ReplicaSet, replica_set_of_own
from harness.services import RunningService, environment, worker
from harness.wait import until
from local.stack import Stack

pytestmark = pytest.mark.fault

Mongo = MongoClient[dict[str, Any]]
BATCH = 100


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[Broker]:
    with broker_of_own(tmp_path) as own:
        yield own


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mongod]:
    with mongod_of_own(tmp_path_factory.mktemp("mongod")) as own:
        yield own


@pytest.fixture
def client(server: Mongod) -> Iterator[Mongo]:
    with MongoClient[dict[str, Any]](server.address) as made:
        made.drop_database(DATABASE)
        yield made


def killed_and_started_again(server: Mongod, client: Mongo) -> None:
    server.kill()
    server.start()


def stepped_down(server: Mongod, client: Mongo) -> None:
    """For 3 s nobody is primary: the only member steps down, and is elected again."""
    before = term(client)
    order_down(client, 3)
    until(lambda: term(client) > before, 20, "another election")


def term(client: Mongo) -> int:
    """How many elections there have been."""
    elections: int = client.admin.command("replSetGetStatus")["term"]
    return elections


def stopped_for_eight_seconds(server: Mongod, client: Mongo) -> None:
    with server.paused():
        Event().wait(8)


@pytest.mark.parametrize("seed", [41])
@pytest.mark.parametrize(
    "fault",
    [
        (killed_and_started_again, "the only MongoDB killed and started again"),
        (stepped_down, "the only MongoDB without a primary for 3 s"),
        (stopped_for_eight_seconds, "the only MongoDB standing still for 8 s"),
    ],
    ids=lambda fault: fault[0].__name__,
)
def test_a_fault_of_the_only_mongodb_under_load_loses_and_doubles_nothing(
    fault: tuple[Callable[[Mongod, Mongo], None], str],
    seed: int,
    server: Mongod,
    client: Mongo,
    queue: Broker,
    tmp_path: Path,
    try_fault: Try,
) -> None:
    happen, name = fault
    wires = arrivals(events(seed, 40_000, 600), seed)
    env = environment(stack_of(queue, server), DATABASE, DESKPULSE_BATCH_SIZE=f"{BATCH}")
    with try_fault(name, seed=seed) as trial:
        with worker(env, tmp_path) as running:
            with Load(queue.address, wires, rate=300) as load:
                for _ in range(2):
                    check.await_more(client, DATABASE, 300)
                    happen(server, client)
                    trial.over()
                    check.await_more(client, DATABASE, BATCH)
                    trial.recovered()
                load.stop()
            stay_well(running, client, queue)
        trial.assert_exact(client, queue.address, DATABASE, wires[: load.published])


def test_a_worker_told_to_stop_while_mongodb_is_gone_leaves_within_ten_seconds(
    server: Mongod, client: Mongo, queue: Broker, tmp_path: Path, try_fault: Try
) -> None:
    distinct = events(43, 20_000, 600)
    env = environment(stack_of(queue, server), DATABASE, DESKPULSE_BATCH_SIZE="50")

    with try_fault("a worker told to stop while MongoDB is gone", seed=43) as trial:
        with worker(env, tmp_path) as running, Load(queue.address, distinct, rate=400) as load:
            check.await_more(client, DATABASE, 100)
            server.kill()
            until(lambda: "batch begun again" in running.written(), 30, "the worker to notice")
            assert running.stop() == 0
            load.stop()
        server.start()
        trial.over()
        reached = check.progress(client, DATABASE)
        with worker(env, tmp_path):
            check.await_progress(client, DATABASE, reached + 1)
            trial.recovered()
            check.await_all_processed(client, queue.address, DATABASE)
        trial.assert_exact(client, queue.address, DATABASE, distinct[: load.published])


@pytest.fixture(scope="module")
def replicas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReplicaSet]:
    with replica_set_of_own(tmp_path_factory.mktemp("replicas")) as own:
        yield own


@pytest.fixture
def majority(replicas: ReplicaSet) -> Iterator[Mongo]:
    """Sees what a majority has, whoever is primary; gives up soon on one that doesn't answer."""
    options: dict[str, Any] = {"readConcernLevel": "majority", "socketTimeoutMS": 5000}
    with MongoClient[dict[str, Any]](
        replicas.address, **options, connectTimeoutMS=2000, heartbeatFrequencyMS=1000
    ) as made:
        replicas.await_complete()
        made.drop_database(DATABASE)
        yield made


@pytest.mark.parametrize("seed", [47])
@pytest.mark.parametrize("absence", ABSENCES, ids=lambda absence: absence.begin.__name__)
def test_another_primary_goes_on_and_nothing_is_lost_or_doubled(
    absence: Absence,
    seed: int,
    replicas: ReplicaSet,
    majority: Mongo,
    queue: Broker,
    tmp_path: Path,
    try_fault: Try,
) -> None:
    wires = arrivals(events(seed, 20_000, 900), seed)
    env = environment(Stack(queue.address, replicas.address, ()), DATABASE, DESKPULSE_BATCH_SIZE=f"{BATCH}")
    with try_fault(absence.name, seed=seed) as trial:
        with worker(env, tmp_path) as running, services.metrics(env, tmp_path) as web:
            with watched(web) as seen, Load(queue.address, wires, rate=150) as load:
                for _ in range(absence.tries):
                    primary = replicas.await_complete()
                    check.await_more(majority, DATABASE, 2 * BATCH)
                    with absence.begin(replicas, primary):
                        trial.over()
                        replicas.await_primary(replicas.others(primary))
                        check.await_more(majority, DATABASE, BATCH)
                        trial.recovered()
                replicas.await_complete()
                load.stop()
            stay_well(running, majority, queue)
            sent = wires[: load.published]
            seen.await_right(sent)
        trial.assert_exact(majority, queue.address, DATABASE, sent)


@pytest.mark.parametrize("seed", [59])
def test_without_a_majority_nothing_is_done_until_it_is_back(
    seed: int, replicas: ReplicaSet, majority: Mongo, queue: Broker, tmp_path: Path, try_fault: Try
) -> None:
    wires = arrivals(events(seed, 20_000, 900), seed)
    env = environment(Stack(queue.address, replicas.address, ()), DATABASE, DESKPULSE_BATCH_SIZE=f"{BATCH}")
    with try_fault("two of three MongoDBs standing still", seed=seed) as trial:
        with worker(env, tmp_path) as running:
            with Load(queue.address, wires, rate=150) as load:
                for with_primary in (False, True):
                    primary = replicas.await_complete()
                    others = replicas.others(primary)
                    check.await_more(majority, DATABASE, 2 * BATCH)
                    with ExitStack() as two:
                        for member in (primary, others[0]) if with_primary else others:
                            two.enter_context(member.paused())
                        assert_nothing_is_done(running, others[1] if with_primary else primary)
                    trial.over()
                    check.await_more(majority, DATABASE, BATCH)
                    trial.recovered()
                load.stop()
            stay_well(running, majority, queue)
        trial.assert_exact(majority, queue.address, DATABASE, wires[: load.published])


def assert_nothing_is_done(running: RunningService, left: Member) -> None:
    """While `left` is the only member for some seconds, the worker calls no event handled.

    But for one batch: a majority may have had it before they stood still, and its answer be on its way.
    """
    until(lambda: left.hello().get("secondary"), 30, "nobody to be primary")
    at_first = check.handled(running)
    before = check.standing(running)
    assert before <= at_first + BATCH
    Event().wait(6)
    assert check.handled(running) == before
    assert until(left.hello, 10, "an answer")["secondary"]


def stay_well(running: RunningService, client: Mongo, queue: Broker) -> None:
    """`running` has lived through it, catches up, and leaves as it should."""
    check.await_all_processed(client, queue.address, DATABASE)
    assert running.is_alive()
    assert running.stop() == 0
    assert "Traceback" not in running.written()
