"""What if the promises had been others: compared on the same events, with nothing written."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from pymongo import MongoClient

from calendars.config import calendars
from events.instants import micros
from harness.desk import typed
from harness.telling import Telling, created, wrote
from local.stack import Stack
from metrics.simulation import Group, Question, Tally, Turned, simulate
from metrics.sla.policy import Rules, rules

DAY = "2026-05-04T"
POLICIES = """
sources: {demo: {adapter: cloudevents, secrets: [env:DEMO_SECRET]}}
policies:
  - {name: all, calendar: always, targets: {first_response: %s}}
"""


def promising(first_response: str) -> Rules:
    """One policy for all."""
    policy = {"name": "all", "calendar": "always", "targets": {"first_response": first_response}}
    return rules([policy], calendars(None), {})


def test_a_stricter_promise_shows_whom_it_would_fail() -> None:
    histories = [
        [
            typed(created("quick", f"{DAY}09:00:00Z", team="billing")),
            typed(wrote("quick", f"{DAY}09:20:00Z", "agent")),
        ],
        [
            typed(created("slow", f"{DAY}09:00:00Z", team="billing")),
            typed(wrote("slow", f"{DAY}09:45:00Z", "agent")),
        ],
        [typed(created("silent", f"{DAY}09:00:00Z", team="orders"))],
    ]
    start = micros(histories[0][0].time)
    asked = Question(promising("1h"), promising("30m"), start, start + 86_400_000_000, start + 10**12)
    done: list[int] = []

    found = simulate(histories, asked, done.append)

    assert (found.tickets, sum(done)) == (3, 3)
    assert found.tallies == {
        Group("first_response", "billing", None): Tally(2, 0, 1, 1),
        Group("first_response", "orders", None): Tally(0, 1, 0, 1),
    }
    assert found.turned == [Turned("acme", "slow", "first_response", 1, "met", "breached")]


def test_the_command_prints_both_and_writes_nothing(
    stack: Stack, mongo: MongoClient[Any], database: str, tmp_path: Path
) -> None:
    telling = Telling(mongo, database, rules=promising("1h"))
    telling.tell(created("slow", f"{DAY}09:00:00Z"), wrote("slow", f"{DAY}09:45:00Z", "agent"))
    in_force, other = tmp_path / "deskpulse.yml", tmp_path / "new.yml"
    in_force.write_text(POLICIES % "1h")
    other.write_text(POLICIES % "30m")
    before = {name: list(mongo[database][name].find()) for name in mongo[database].list_collection_names()}
    env = {
        **os.environ,
        "MONGODB_URI": stack.mongo,
        "MONGODB_DATABASE": database,
        "DESKPULSE_CONFIG": str(in_force),
    }
    command = [sys.executable, "-m", "metrics", "simulate", "--policy", str(other)]
    period = ["--from", "2026-05-01", "--to", "2026-06-01"]

    told = subprocess.run([*command, *period, "--json"], env=env, capture_output=True, check=True)
    shown = subprocess.run([*command, *period], env=env, capture_output=True, check=True)

    result = json.loads(told.stdout)
    assert [(row["now"], row["then"]) for row in result["attainment"]] == [(1.0, 0.0), (1.0, 0.0)]
    assert result["turned"][0]["ticket"] == "slow"
    assert b"acme/slow first_response 1: met \xe2\x86\x92 breached" in shown.stdout
    after = {name: list(mongo[database][name].find()) for name in mongo[database].list_collection_names()}
    assert after == before


def test_a_policy_that_cant_be_used_is_named_in_one_sentence(stack: Stack, tmp_path: Path) -> None:
    config, other = tmp_path / "deskpulse.yml", tmp_path / "new.yml"
    config.write_text(POLICIES % "1h")
    other.write_text("policies: [{name: x, calendar: rome, targets: {first_response: 1h}}]")
    env = {**os.environ, "MONGODB_URI": stack.mongo, "DESKPULSE_CONFIG": str(config)}
    command = [sys.executable, "-m", "metrics", "simulate", "--policy", str(other)]

    told = subprocess.run(
        [*command, "--from", "2026-05-01", "--to", "2026-06-01"], env=env, capture_output=True, check=False
    )

    assert told.returncode == 2
    assert told.stderr.decode() == (
        "metrics: policies[0].calendar: no calendar is called rome; there are always\n"
    )
