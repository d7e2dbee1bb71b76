"""Everything dies at once: what was counted is still there, and a repetition from the start makes it exact.

The embedded broker is empty after its death. What ingest had taken and no worker had read is lost with it;
the sender's repetition brings it again. Apache Kafka keeps its log: there nothing that was published is lost,
and the repetition is a duplicate of all of it.
A failing run names its seed; the same seed makes the same events.
"""

from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pymongo import MongoClient
from pymongo.read_concern import ReadConcern

from faults import check
from faults.load import Load, arrivals, events
from faults.trials import Try
from harness import oracle
from harness.parts import broker_of_own, mongod_of_own, stack_of
from harness.services import environment, worker
from harness.wait import until
from metrics import audit
from metrics.batch import Ways
from metrics.records import identity
from metrics.store import Store
from streams.publisher import Unavailable

pytestmark = pytest.mark.fault

Mongo = MongoClient[dict[str, Any]]
DATABASE = "faults"


class Interrupted(Load):
    """A sender whose broker goes away."""

    def _publish(self) -> None:
        with suppress(Unavailable):
            super()._publish()


@pytest.mark.parametrize("seed", [53])
def test_numbers_survive_the_death_of_everything_and_a_repetition_makes_them_exact(
    seed: int, tmp_path: Path, try_fault: Try
) -> None:
    distinct = events(seed, 4000, 500)
    sent = arrivals(distinct, seed)
    with (
        broker_of_own(tmp_path) as queue,
        mongod_of_own(tmp_path) as server,
        MongoClient[dict[str, Any]](server.address) as client,
        try_fault("everything killed at once", seed=seed) as trial,
    ):
        env = environment(stack_of(queue, server), DATABASE, DESKPULSE_BATCH_SIZE="100")
        with worker(env, tmp_path) as victim, Interrupted(queue.address, sent, rate=300) as load:
            until(lambda: check.progress(client, DATABASE) > 1500, 60, "the middle of the load")
            counted = stored_events(client)
            for part in (victim, server, queue):
                part.kill()
            assert load.published < len(sent)

        server.start()
        survived, as_it_was = stored_events(client), check.aggregates(client, DATABASE)
        assert survived.keys() >= counted.keys()
        assert wrong(client) == []

        queue.start()
        trial.over()
        with worker(env, tmp_path):
            # It is ready: its partitions are adopted where the store says.
            trial.recovered()
            if queue.keeps:
                check.await_all_processed(client, queue.address, DATABASE)
                published = {identity(wire["source"], wire["id"]) for wire in sent[: load.published]}
                assert stored_events(client).keys() >= published
            else:
                now = check.aggregates(client, DATABASE)
                told = {name for name, _ in stored_events(client).items() - survived.items()}
                # A merger that was still to be told of is told now, or told better.
                assert set(kinds(client, told)) <= {"ticket.absorbed"}
                assert told or now == as_it_was
            with Load(queue.address, sent, rate=2000) as load:
                load.join()
            check.await_all_processed(client, queue.address, DATABASE)

        trial.judge(*check.losses(client, DATABASE, distinct))
        assert check.aggregates(client, DATABASE) == oracle.rollups(distinct, 3600)
        assert wrong(client) == []


def stored_events(client: Mongo) -> dict[str, int]:
    """The identities of the events that have been counted for good, and in which revision."""
    collection = client[DATABASE].get_collection("events", read_concern=ReadConcern("majority"))
    return {one["_id"]: one.get("revision", 0) for one in collection.find({}, {"revision": 1})}


def kinds(client: Mongo, names: set[str]) -> list[str]:
    """The types of the events with the identities `names`."""
    found = client[DATABASE]["events"].find({"_id": {"$in": list(names)}})
    return [msgspec.json.decode(document["event"])["type"] for document in found]


def wrong(client: Mongo) -> list[str]:
    """What the audit finds."""
    with client.start_session(snapshot=True) as session:
        return audit.verify(Store(client[DATABASE]), Ways(3600), session, lambda _: None)
