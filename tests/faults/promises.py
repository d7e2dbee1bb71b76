"""Promises after a fault: how they stand by the events alone, and what people were told."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from events.instants import micros
from faults.check import Mongo
from metrics import audit
from metrics.seen import see
from metrics.settings import ways
from metrics.sla.policy import Rules
from metrics.store import Store
from metrics.ticket.fold import fold
from runtime.config import load

PROMISES: Final = """
sources: {demo: {adapter: cloudevents, secrets: [env:DEMO_SECRET]}}
policies:
  - name: prompt
    calendar: always
    targets: {first_response: 15s, next_response: 10s, resolution: 25s}
    warn_before: 5s
alerts: [{notify: [{webhook: env:OPS_HOOK, secret: env:DEMO_SECRET}]}]
"""
"""A configuration by which promises are broken within seconds, and a receiver of alerts is told."""

Name = str
"""A promise: source, ticket, target and cycle ("acme/684/resolution/1")."""


def untold_and_told_twice(mongo: Mongo, database: str, config: Path) -> tuple[int, int]:
    """Of how many broken promises nobody was told, and how many breaches were told more than once.

    Before that the aggregates must be right, and every breach that was none after all be taken back.
    """
    store, counting = Store(mongo[database]), ways(load(config))
    with mongo.start_session(snapshot=True) as session:
        assert audit.verify(store, counting, session, lambda _: None) == []
    heard, standing = told(mongo, database, "breached"), promises(store, counting.rules)
    broken = {name for name, state in standing.items() if state == "breached"}
    assert broken
    kept_after_all = {name for name in heard if standing.get(name) in ("met", "active", "paused")}
    standing_untrue = kept_after_all - told(mongo, database, "recovered").keys()
    assert not standing_untrue, f"told to be broken, never taken back: {sorted(standing_untrue)[:5]}"
    return len(broken - heard.keys()), heard.total() - len(heard)


def told(mongo: Mongo, database: str, stage: str) -> Counter[Name]:
    """Alerts of a stage that are or were to be sent."""
    return Counter(map(promise_of, mongo[database]["alerts"].find({"alert.stage": stage})))


def promises(store: Store, rules: Rules) -> dict[Name, str]:
    """The state of every promise by the events alone."""
    now = micros(datetime.now(UTC))
    found: dict[Name, str] = {}
    for history in audit.histories(store, None):
        seen = see(fold(history, rules), now, rules)
        if seen.state.excluded is None:
            ticket = f"{seen.state.source}/{seen.state.subject}"
            found |= {f"{ticket}/{clock.target}/{clock.cycle}": clock.state for clock in seen.clocks}
    return found


def promise_of(letter: dict[str, Any]) -> Name:
    """The promise that a letter of the outbox is about."""
    alert = letter["alert"]
    return f"{alert['source']}/{alert['ticket']}/{alert['target']}/{alert['cycle']}"
