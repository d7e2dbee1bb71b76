"""Partitions that are added while their topic is in use: a ticket's events go to two of them for a while."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from kafka import KafkaAdminClient

from events.topics import EVENTS, TICKETS
from faults import check
from faults.check import Mongo
from faults.load import Load, Wire, arrivals, events
from faults.promises import PROMISES, untold_and_told_twice
from faults.test_deadlines import waiting
from faults.traffic import CONFIG, traffic
from faults.trials import Try
from harness.parts import broker_of_own
from harness.receivers import http_receiver
from harness.services import environment, worker
from harness.wait import until
from local.stack import Stack
from metrics.records import identity

pytestmark = [pytest.mark.fault, pytest.mark.apache, pytest.mark.timeout(600)]


@dataclass(frozen=True)
class Place:
    """Where a trial takes place: a broker at `address`, a `database`, and `directory` for the rest."""

    address: str
    mongo: Mongo
    database: str
    directory: Path
    stack: Stack

    def env(self, config: str, **more: str) -> dict[str, str]:
        """The environment of services with this configuration."""
        file = self.directory / "deskpulse.yml"
        file.write_text(config)
        where = Stack(self.address, self.stack.mongo, ())
        return environment(
            where, self.database, DESKPULSE_CONFIG=str(file), DESKPULSE_BATCH_SIZE="150", **more
        )

    def raise_partitions(self, topics: Sequence[str]) -> None:
        """From 4 to 12."""
        admin = KafkaAdminClient(bootstrap_servers=self.address)
        try:
            admin.create_partitions(dict.fromkeys(topics, 12))
        finally:
            admin.close()

    def await_twelve(self) -> None:
        """Return once all twelve partitions of events have been read from."""
        until(lambda: len(check.consumed(self.mongo, self.database)) == 12, 90, "twelve partitions")


@pytest.fixture
def place(stack: Stack, mongo: Mongo, database: str, tmp_path: Path) -> Iterator[Place]:
    with broker_of_own(tmp_path) as own:
        yield Place(own.address, mongo, database, tmp_path, stack)


def renamed(wires: list[Wire]) -> list[Wire]:
    """Further events of the same tickets."""
    return [{**wire, "id": f"further-{wire['id']}"} for wire in wires]


@pytest.mark.parametrize(
    ("seed", "topics"), [(73, [EVENTS]), (79, [EVENTS, TICKETS])], ids=["of events", "of events and facts"]
)
def test_partitions_may_be_added_while_two_workers_share_the_work(
    seed: int, topics: list[str], place: Place, try_fault: Try
) -> None:
    further = renamed(
        [{**wire, "source": "straight"} for wire in arrivals(events(seed + 1, 3000, 600), seed)]
    )
    with (
        try_fault("Kafka: partitions raised from 4 to 12", seed=seed) as trial,
        traffic(seed, place.env(CONFIG), place.mongo, place.directory, workers=2) as flow,
    ):
        place.raise_partitions(topics)
        trial.over()
        # Who comes now knows twelve partitions, who was there before goes on with four for some seconds.
        with Load(place.address, further, rate=300) as knowing:
            place.await_twelve()
            trial.recovered()
            knowing.join()
        # All of them are in use, though the one who knew from the start is gone.
        flow.await_turnover()
        flow.assert_exact(trial, also=further)


@pytest.mark.parametrize("seed", [83])
def test_deadlines_are_counted_and_told_once_while_their_tickets_come_to_other_partitions(
    seed: int, place: Place, try_fault: Try
) -> None:
    begun = datetime.now(UTC) - timedelta(seconds=50)
    known = events(seed, 2000, 300, start=begun, apart=0)
    further = renamed(events(seed + 1, 2000, 300, start=begun, apart=0))
    with http_receiver() as hook, try_fault("Kafka: partitions raised from 4 to 12", seed=seed) as trial:
        env = place.env(PROMISES, OPS_HOOK=hook.url)
        with worker(env, place.directory), worker(env, place.directory):
            with Load(place.address, arrivals(known, seed), rate=200) as unaware:
                check.await_progress(place.mongo, place.database, 300)
                place.raise_partitions([EVENTS])
                trial.over()
                with Load(place.address, arrivals(further, seed), rate=200) as knowing:
                    place.await_twelve()
                    trial.recovered()
                    knowing.join()
                unaware.join()
            check.await_all_processed(place.mongo, place.address, place.database)
            until(lambda: not waiting(place.mongo, place.database), 90, "every deadline to have passed")

        stored = set(place.mongo[place.database]["events"].distinct("_id"))
        lost = {identity(wire["source"], wire["id"]) for wire in [*known, *further]} - stored
        untold, twice = untold_and_told_twice(place.mongo, place.database, Path(env["DESKPULSE_CONFIG"]))
        trial.judge(len(lost) + untold, twice)
