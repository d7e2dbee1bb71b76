"""Deadlines that pass while the worker is killed: each broken promise once, in aggregates and alerts."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from events.instants import micros
from faults import check
from faults.load import Load, arrivals, events
from harness.receivers import http_receiver
from harness.services import environment, worker
from harness.wait import until
from local.stack import Stack
from metrics import audit
from metrics.seen import see
from metrics.settings import ways
from metrics.sla.policy import Rules
from metrics.store import Store
from metrics.ticket.fold import fold
from runtime.config import load

pytestmark = pytest.mark.fault

Mongo = MongoClient[dict[str, Any]]
CONFIG = """
sources: {demo: {adapter: cloudevents, secrets: [env:DEMO_SECRET]}}
policies:
  - name: prompt
    calendar: always
    targets: {first_response: 15s, next_response: 10s, resolution: 25s}
    warn_before: 5s
alerts: [{notify: [{webhook: env:OPS_HOOK, secret: env:DEMO_SECRET}]}]
"""


@pytest.mark.parametrize("seed", [31])
def test_deadlines_that_pass_around_kills_are_counted_and_told_once(
    seed: int, broker: Stack, database: str, mongo: Mongo, tmp_path: Path
) -> None:
    config = tmp_path / "deskpulse.yml"
    config.write_text(CONFIG)
    distinct = events(seed, 3000, 400, start=datetime.now(UTC) - timedelta(seconds=30), apart=0)
    rng = random.Random(seed)
    with http_receiver() as hook:
        env = environment(
            broker, database, DESKPULSE_CONFIG=str(config), DESKPULSE_BATCH_SIZE="100", OPS_HOOK=hook.url
        )
        with Load(broker.kafka, arrivals(distinct, seed), rate=300) as sending:
            for _ in range(3):
                target = check.progress(mongo, database) + rng.randrange(100, 700)
                with worker(env, tmp_path) as victim:
                    check.await_progress(mongo, database, target)
                    victim.kill()
            sending.join()
        with worker(env, tmp_path):
            check.await_all_processed(mongo, broker.kafka, database)
            until(lambda: not waiting(mongo, database), 90, "every deadline to have passed")

    store, counting = Store(mongo[database]), ways(load(config))
    with mongo.start_session(snapshot=True) as session:
        assert audit.verify(store, counting, session, lambda _: None) == []
    heard = told(mongo, database, "breached")
    standing = promises(store, counting.rules)
    broken = {name for name, state in standing.items() if state == "breached"}
    assert broken
    assert broken <= heard.keys()
    assert set(heard.values()) == {1}
    kept_after_all = {name for name in heard if standing.get(name) in ("met", "active", "paused")}
    assert kept_after_all <= told(mongo, database, "recovered").keys()


def waiting(mongo: Mongo, database: str) -> int:
    """How many tickets have a deadline ahead."""
    return mongo[database]["tickets"].count_documents({"next_deadline": {"$gt": 0}})


def told(mongo: Mongo, database: str, stage: str) -> Counter[tuple[str, str, int]]:
    """Alerts of a stage that are or were to be sent: ticket, target, cycle."""
    return Counter(
        (d["alert"]["ticket"], d["alert"]["target"], d["alert"]["cycle"])
        for d in mongo[database]["alerts"].find({"alert.stage": stage})
    )


def promises(store: Store, rules: Rules) -> dict[tuple[str, str, int], str]:
    """How every promise stands by the events alone: ticket, target, cycle → state."""
    now = micros(datetime.now(UTC))
    found: dict[tuple[str, str, int], str] = {}
    for history in audit.histories(store, None):
        seen = see(fold(history, rules), now, rules)
        if seen.state.excluded is None:
            found |= {(seen.state.subject, c.target, c.cycle): c.state for c in seen.clocks}
    return found
