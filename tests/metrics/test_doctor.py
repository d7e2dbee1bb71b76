"""`python -m metrics doctor`."""

import json
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from alerts.outbox import Outbox
from alerts.routes import NO_ROUTING
from harness.doctoring import doctor, found
from harness.services import environment
from local import ports
from local.stack import Stack
from metrics.doctor import checks
from metrics.settings import ways
from metrics.store import Store
from runtime.config import load
from streams.positions import Position, Positions
from streams.topics import topic_id

CONFIG = """
calendars: {office: {timezone: Europe/Istanbul, hours: {mon-fri: ["09:00-18:00"]}}}
policies: [{name: all, calendar: office, targets: {first_response: %s}}]
alerts: [{notify: [env:OPS_URL]}]
"""
Mongo = MongoClient[dict[str, Any]]


def configured(directory: Path, target: str = "4h") -> str:
    path = directory / "deskpulse.yml"
    path.write_text(CONFIG % target)
    return str(path)


@pytest.fixture
def env(broker: Stack, database: str, mongo: Mongo, tmp_path: Path) -> dict[str, str]:
    """What the service needs, with a database as a worker leaves it."""
    path = configured(tmp_path)
    store = Store(mongo[database])
    store.prepare()
    Outbox(store.database, NO_ROUTING).prepare()
    counting = ways(load(Path(path)))
    store.set_counting(counting.width, counting.fingerprint)
    identity = topic_id(broker.kafka, "helpdesk.events")
    for partition in range(4):
        position = Position(topic="helpdesk.events", partition=partition, topic_id=identity, offset=0)
        Positions(store.database, "metrics").start(position)
    ops = "json://user:p4ssw0rd@127.0.0.1/hook"
    return environment(broker, database, DESKPULSE_CONFIG=path, OPS_URL=ops, KAFKA_PARTITIONS="4")


def test_where_all_is_well_every_line_is(env: dict[str, str]) -> None:
    done = doctor("metrics", env, "--json")
    told = json.loads(done.stdout)

    assert done.returncode == 0
    assert {one["state"] for one in told["checks"] if "min.insync" not in one["found"]} == {"ok"}
    assert {one["check"] for one in told["checks"]} == {one.name for one in checks(env, "metrics")}
    assert "p4ssw0rd" not in done.stdout + done.stderr


def test_where_mongodb_is_away_the_rest_is_told_all_the_same_and_no_password_is(env: dict[str, str]) -> None:
    env["MONGODB_URI"] = f"mongodb://me:p4ssw0rd@127.0.0.1:{ports.free_port()}/?replicaSet=rs0"

    done = doctor("metrics", env)

    assert done.returncode == 1
    assert "FAIL  mongodb" in done.stdout
    assert "ok    topics" in done.stdout
    assert "ok    alerts         they go to OPS_URL" in done.stdout
    assert "p4ssw0rd" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_policies_that_have_changed_since_tickets_were_counted_are_told(
    env: dict[str, str], tmp_path: Path
) -> None:
    assert found(checks(env, "metrics"), "counting")[0][0] == "ok"

    configured(tmp_path, "8h")

    ((state, words),) = found(checks(env, "metrics"), "counting")
    assert state == "FAIL"
    assert words.endswith("stop the workers and run python -m metrics rebuild")


def test_a_rebuild_that_was_broken_off_is_told(env: dict[str, str], database: str, mongo: Mongo) -> None:
    mongo[database]["positions"].update_many({}, {"$set": {"held": True}})

    (state, words), *_ = found(checks(env, "metrics"), "positions")

    assert (state, words) == ("FAIL", "metrics: a command holds partitions 0, 1, 2, 3")


def test_an_index_that_is_gone_is_told(env: dict[str, str], database: str, mongo: Mongo) -> None:
    mongo[database]["tickets"].drop_index("deadlines")

    assert found(checks(env, "metrics"), "indexes") == [("FAIL", "tickets.deadlines is missing")]


def test_a_destination_without_its_address_and_a_promise_without_a_destination_are_told(
    env: dict[str, str], tmp_path: Path
) -> None:
    del env["OPS_URL"]
    ((state, words),) = found(checks(env, "metrics"), "configuration")
    assert state == "FAIL"
    assert "set OPS_URL" in words

    path = tmp_path / "deskpulse.yml"
    path.write_text((CONFIG % "4h").partition("alerts:")[0])
    assert found(checks(env, "metrics"), "alerts")[0][0] == "warn"
