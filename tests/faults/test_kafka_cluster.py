"""Apache Kafka's own deaths and changes of mind, while webhooks are taken and tickets are counted."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from events.topics import EVENTS, TICKETS
from faults.traffic import CONFIG, traffic
from faults.trials import Try
from harness.cluster import Cluster, cluster_of_own
from harness.parts import Broker, broker_of_own
from harness.services import environment
from local.stack import Stack

pytestmark = [pytest.mark.fault, pytest.mark.apache, pytest.mark.timeout(600)]

Mongo = MongoClient[dict[str, Any]]
GROUPS = "__consumer_offsets"


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[Broker]:
    """One broker."""
    with broker_of_own(tmp_path) as own:
        yield own


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """Three brokers, of which two are enough."""
    with cluster_of_own(tmp_path) as own:
        yield own


@pytest.fixture
def env(stack: Stack, database: str, tmp_path: Path) -> dict[str, str]:
    """An environment, but for where Kafka is."""
    config = tmp_path / "deskpulse.yml"
    config.write_text(CONFIG)
    nowhere = Stack("", stack.mongo, ())
    return environment(nowhere, database, DESKPULSE_CONFIG=str(config), DESKPULSE_BATCH_SIZE="150")


@pytest.mark.parametrize("seed", [61])
def test_a_broker_that_dies_again_and_again_and_comes_back_costs_nothing(
    seed: int, queue: Broker, env: dict[str, str], mongo: Mongo, tmp_path: Path, try_fault: Try
) -> None:
    env |= {"KAFKA_BOOTSTRAP_SERVERS": queue.address}
    with (
        try_fault("Kafka: the broker killed and restarted", seed=seed) as trial,
        traffic(seed, env, mongo, tmp_path) as flow,
    ):
        for _ in range(3):
            queue.kill()
            queue.start()
            trial.over()
            flow.await_turnover()
            trial.recovered()
        flow.assert_exact(trial)


@pytest.mark.parametrize("seed", [67])
def test_any_one_of_three_brokers_may_be_lost_and_come_back(
    seed: int, cluster: Cluster, env: dict[str, str], mongo: Mongo, tmp_path: Path, try_fault: Try
) -> None:
    env |= {"KAFKA_BOOTSTRAP_SERVERS": cluster.address}
    with (
        try_fault("Kafka: one of three brokers lost", seed=seed) as trial,
        traffic(seed, env, mongo, tmp_path) as flow,
    ):
        # The controllers' leader and the coordinator of the workers' group are among them.
        for node in cluster.nodes:
            cluster.lose(node)
            trial.over()
            flow.await_turnover()
            trial.recovered()
            cluster.bring_back(node)
            flow.await_turnover()
        flow.assert_exact(trial)


@pytest.mark.parametrize("seed", [71])
def test_partitions_that_get_another_leader_are_written_and_read_on(
    seed: int, cluster: Cluster, env: dict[str, str], mongo: Mongo, tmp_path: Path, try_fault: Try
) -> None:
    env |= {"KAFKA_BOOTSTRAP_SERVERS": cluster.address}
    with (
        try_fault("Kafka: leaders moved", seed=seed) as trial,
        traffic(seed, env, mongo, tmp_path) as flow,
    ):
        for node in [*cluster.nodes, cluster.nodes[0]]:
            cluster.lead([EVENTS, TICKETS, GROUPS], node)
            trial.over()
            flow.await_turnover()
            trial.recovered()
        flow.assert_exact(trial)
