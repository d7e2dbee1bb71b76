"""A topic whose beginning goes, by retention or by hand, before a living worker has read it: what is missed
is said loudly, to the message, and everything else is counted."""

import json
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition

from events.topics import EVENTS
from faults import check
from faults.check import Mongo
from faults.load import Load, Wire, arrivals, events
from faults.trials import Try
from harness.processes import standing_still
from harness.scraping import samples
from harness.services import RunningService, environment, worker
from harness.wait import until
from local.stack import Stack

pytestmark = [pytest.mark.fault, pytest.mark.apache, pytest.mark.timeout(600)]

SAID = "messages are gone from the topic that were never read: import that time again"
KEPT = 3
"""How many messages of a partition are left when it is cut."""


class Witness:
    """Reads all of the topic, whatever is cut off later: `seen` is partition and offset → event."""

    def __init__(self, address: str) -> None:
        self._consumer = KafkaConsumer(bootstrap_servers=address, enable_auto_commit=False)
        self._partitions = [TopicPartition(EVENTS, number) for number in range(4)]
        self._consumer.assign(self._partitions)
        self._consumer.seek_to_beginning(*self._partitions)
        self.seen: dict[tuple[int, int], Wire] = {}

    def read(self) -> dict[TopicPartition, int]:
        """Read up to the present end; gives where that is."""
        ends = self._consumer.end_offsets(self._partitions)
        while any(self._consumer.position(one) < end for one, end in ends.items()):
            for partition, records in self._consumer.poll(timeout_ms=200).items():
                for record in records:
                    self.seen[partition.partition, record.offset] = json.loads(record.value)
        return {one: self._consumer.position(one) for one in self._partitions}

    def close(self) -> None:
        self._consumer.close()


def cut(address: str, witness: Witness) -> dict[int, int]:
    """Have the broker forget all that `witness` has read but for the end; gives where the log begins now."""
    firsts = {partition: end - KEPT for partition, end in witness.read().items()}
    admin = KafkaAdminClient(bootstrap_servers=address)
    try:
        admin.delete_records(firsts)
    finally:
        admin.close()
    return {partition.partition: first for partition, first in firsts.items()}


def told(running: RunningService) -> list[dict[str, Any]]:
    """What the log says of gaps."""
    # The last line may be under way.
    whole, _, _ = running.log.read_text(encoding="utf-8").rpartition("\n")
    lines = map(json.loads, whole.splitlines())
    return [line for line in lines if line["event"] == SAID and line["level"] == "error"]


def counted(running: RunningService) -> float:
    """How many gaps the metrics have counted."""
    with urlopen(running.url("/metrics"), timeout=10) as answer:
        found = samples(answer.read().decode())
    return sum(count for (name, _), count in found.items() if name == "helpdesk_log_gaps_total")


@pytest.mark.parametrize("seed", [89])
def test_what_is_cut_off_before_a_worker_reads_it_is_told_and_all_that_is_left_is_counted(
    seed: int, broker: Stack, database: str, mongo: Mongo, tmp_path: Path, try_fault: Try
) -> None:
    # A merger speaks to another ticket over the topic; where that is cut off depends on the moment.
    wires = [w for w in arrivals(events(seed, 60_000, 500), seed) if w["type"] != "ticket.merged"]
    env = environment(broker, database, DESKPULSE_BATCH_SIZE="100")
    cuts: list[dict[int, int]] = []
    with (
        try_fault("Kafka: a topic truncated", seed=seed) as trial,
        worker(env, tmp_path) as reading,
        closing(Witness(broker.kafka)) as witness,
        Load(broker.kafka, wires, rate=400) as load,
    ):
        for _ in range(4):
            check.await_progress(mongo, database, check.progress(mongo, database) + 300)
            with standing_still(reading.child.process.pid):
                reached = load.published
                until(lambda: load.published > reached + 600, 30, "messages that are not read")  # noqa: B023
                cuts.append(cut(broker.kafka, witness))
            trial.over()
            until(lambda: set(cuts[-1].items()) <= passed(reading), 60, "all gaps to be told")
            check.await_progress(mongo, database, sum(cuts[-1].values()) + 100)
            trial.recovered()
        load.stop()
        check.await_all_processed(mongo, broker.kafka, database)
        witness.read()
        gaps = [(gap["partition"], range(gap["wanted"], gap["found"])) for gap in told(reading)]
        assert counted(reading) == len(gaps) == 16
        assert all(gap for _, gap in gaps)
        left = [
            wire
            for (partition, offset), wire in witness.seen.items()
            if not any(partition == number and offset in gap for number, gap in gaps)
        ]
        assert len(left) < len(witness.seen) - 1000
        trial.assert_exact(mongo, broker.kafka, database, left)


def passed(running: RunningService) -> set[tuple[int, int]]:
    """Over which gaps the worker has gone: the partition, and where it found it again."""
    return {(gap["partition"], gap["found"]) for gap in told(running)}
