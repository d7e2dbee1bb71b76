"""The network between an import of history and Kafka fails: called again where it ended, it brings every row,
and none counts twice."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from events.topics import EVENTS
from faults import check
from faults.flow import Flow
from faults.trials import Try
from faults.troubles import KAFKA, go_through_all
from harness import services
from harness.network import between
from harness.services import environment
from harness.wait import until
from local.stack import Stack

pytestmark = [pytest.mark.fault, pytest.mark.timeout(600)]

SEED = 67
TICKETS = 1_500
"""In each file; two events each, more than an import has under way at once."""
MAPPING = Path(__file__).parents[2] / "examples/mappings/helpdesk-log.yml"
GIVEN_UP = ("call the same again later, it goes on where this one ended", "Kafka doesn't answer at")


class History:
    """Files of a help desk's log, imported one after the other by a process with `env`.

    `done`: how many are. An import that says that Kafka is away is called again; `unexpected`: what else was
    said.
    """

    def __init__(self, env: dict[str, str], directory: Path) -> None:
        self._env, self._directory = env, directory
        self.done, self.unexpected = 0, list[str]()

    def bring(self, number: int) -> None:
        """Import the file `number` to its end."""
        file = self._directory / f"log-{number}.csv"
        rows = (
            f"{number}-{ticket},{what},x,2026-03-02T{hour}:{ticket % 60:02}:00Z"
            for hour, what in (("08", "Insert"), ("09", "Closed"))
            for ticket in range(TICKETS)
        )
        file.write_text("\n".join(["case:concept:name,Activity,Resource,time:timestamp", *rows]) + "\n")
        while not self._is_imported(file):
            assert not self.unexpected, self.unexpected
        self.done += 1

    def _is_imported(self, file: Path) -> bool:
        state = file.with_suffix(".state")
        command = ("ingest", "import", file, "--mapping", MAPPING, "--source", "desk", "--state", state)
        ended = subprocess.run(
            [sys.executable, "-m", *command],
            env=self._env,
            capture_output=True,
            check=False,
            text=True,
            timeout=120,
        )
        if ended.returncode and not any(sentence in ended.stderr for sentence in GIVEN_UP):
            self.unexpected.append(ended.stderr)
        return ended.returncode == 0


def test_every_row_of_history_arrives_and_counts_once(
    broker: Stack, database: str, mongo: MongoClient[dict[str, Any]], tmp_path: Path, try_fault: Try
) -> None:
    env = environment(broker, database)
    with services.worker(env, tmp_path), between(broker.kafka) as link:
        history = History({**env, "KAFKA_BOOTSTRAP_SERVERS": link.address}, tmp_path)

        def more_history() -> None:
            reached = history.done
            until(
                lambda: history.unexpected or history.done >= reached + 2, 90, "two more files to be imported"
            )
            assert history.unexpected == []

        with (
            Flow(history.bring, rate=50) as flow,
            go_through_all(try_fault, "import and Kafka", SEED) as troubles,
        ):
            troubles.happen_to(link, KAFKA, more_history)
            rows = 2 * TICKETS * flow.stop()
            assert history.unexpected == []
            check.await_all_processed(mongo, broker.kafka, database)
            events = [json.loads(record.value) for record in check.published(broker.kafka, EVENTS)]
            sent = list({event["id"]: event for event in events}.values())
            lost, doubled = check.losses(mongo, database, sent)
            troubles.judge(rows - len(sent) + lost, doubled)
        check.assert_exact(mongo, broker.kafka, database, sent)
