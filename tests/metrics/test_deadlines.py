"""Deadlines that pass without an event: noticed once, with their true time, whenever that is."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from calendars.config import calendars
from events.instants import moment
from harness.services import environment
from harness.telling import Telling, changed, created, event, wrote
from local import ports
from local.stack import Stack
from metrics import audit
from metrics.batch import Ways
from metrics.sla.policy import rules
from metrics.ticket.render import facts
from rollups.store import flat

MINUTE = 60_000_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
NINE = 1_777_885_200_000_000  # 2026-05-04T09:00:00Z
RULES = rules(
    [
        {
            "name": "prompt",
            "calendar": "always",
            "targets": {"first_response": "1h", "resolution": "8h"},
            "warn_before": "15m",
            "reopen": "continue",
        }
    ],
    calendars(None),
    {},
)


@pytest.fixture
def desk(mongo: MongoClient[Any], database: str) -> Telling:
    """A handler at nine o'clock under the rules of this file."""
    telling = Telling(mongo, database, rules=RULES)
    telling.now = NINE
    return telling


def stages(desk: Telling) -> list[tuple[str, str, str, str]]:
    """The alerts so far: ticket, target, stage, due time."""
    return [(a.ticket, a.target, a.stage, moment(a.due_at).strftime("%H:%M")) for a in desk.alerts]


def numbers(desk: Telling) -> dict[str, int]:
    """The promises in the aggregates, all places together."""
    found: dict[str, int] = {}
    for _, amounts in desk.store.rollups.read(None, None, ("sla", "overdue", "due_soon"), {}):
        for measure, amount in flat(amounts):
            found[measure] = found.get(measure, 0) + amount
    return {measure: amount for measure, amount in found.items() if amount}


def test_a_day_without_a_clock_is_made_up_for_with_each_breach_once_and_at_its_true_time(
    desk: Telling,
) -> None:
    desk.tell(
        created("1", "2026-05-04T08:50:00Z"),
        created("2", "2026-05-04T09:00:00Z"),
        changed("2", "2026-05-04T09:00:00Z", status="pending"),
    )

    rounds = desk.elapse(NINE + DAY)
    again = desk.elapse(NINE + DAY + HOUR)

    assert (rounds, again) == (1, 0)
    assert stages(desk) == [
        ("1", "first_response", "breached", "09:50"),
        ("1", "resolution", "breached", "16:50"),
    ]
    assert numbers(desk) == {
        "sla.first_response.breached": 1,
        "sla.resolution.breached": 1,
        "overdue.first_response": 1,
        "overdue.resolution": 1,
    }


def test_a_warning_comes_before_the_breach_and_each_of_them_once(desk: Telling) -> None:
    desk.tell(created("1", "2026-05-04T09:00:00Z"))

    for minute in range(0, 9 * 60, 5):
        desk.elapse(NINE + minute * MINUTE)

    assert stages(desk) == [
        ("1", "first_response", "due_soon", "10:00"),
        ("1", "first_response", "breached", "10:00"),
        ("1", "resolution", "due_soon", "17:00"),
        ("1", "resolution", "breached", "17:00"),
    ]


def test_at_the_due_instant_a_promise_can_still_be_kept(desk: Telling) -> None:
    desk.tell(created("1", "2026-05-04T09:00:00Z"))

    desk.elapse(NINE + HOUR)
    desk.tell(wrote("1", "2026-05-04T10:00:00Z", "agent"))

    assert "breached" not in [stage for _, _, stage, _ in stages(desk)]
    assert numbers(desk)["sla.first_response.met"] == 1


def test_a_late_event_that_proves_a_reply_in_time_turns_the_breach_and_says_so(desk: Telling) -> None:
    desk.tell(created("1", "2026-05-04T09:00:00Z"))
    desk.elapse(NINE + 2 * HOUR)
    desk.tell(wrote("1", "2026-05-04T09:30:00Z", "agent"))

    told = [row for row in stages(desk) if row[1] == "first_response"]
    assert [stage for _, _, stage, _ in told] == ["breached", "recovered"]
    assert numbers(desk) == {"sla.first_response.met": 1}


def test_what_was_broken_years_ago_is_counted_and_nobody_is_told(desk: Telling) -> None:
    desk.tell(created("1", "2012-05-04T09:00:00Z"))

    assert stages(desk) == []
    assert numbers(desk)["sla.first_response.breached"] == 1


def test_a_deleted_ticket_is_due_for_nobody(desk: Telling) -> None:
    desk.tell(created("1", "2026-05-04T09:00:00Z"), event("ticket.deleted", "1", "2026-05-04T09:10:00Z"))

    assert desk.elapse(NINE + DAY) == 0
    assert numbers(desk) == {}


def test_aggregates_equal_the_tickets_after_time_has_passed(desk: Telling, mongo: MongoClient[Any]) -> None:
    desk.tell(*(created(str(n), f"2026-05-04T09:{n:02d}:00Z", team=f"t{n % 3}") for n in range(50)))
    desk.elapse(NINE + 90 * MINUTE)
    desk.tell(*(wrote(str(n), "2026-05-04T10:20:00Z", "agent") for n in range(0, 50, 2)))
    desk.elapse(NINE + DAY)

    with mongo.start_session(snapshot=True) as session:
        assert audit.verify(desk.store, Ways(3600, RULES), session, lambda _: None) == []


def test_facts_of_a_breach_bear_its_due_time_however_late_they_are_asked(desk: Telling) -> None:
    desk.tell(created("1", "2026-05-04T09:00:00Z"))
    state = desk.store.tickets(["acme/1"])["acme/1"].state()

    known = facts(state, NINE + 3 * DAY, RULES).sla[0]

    assert (known.state, known.breached_at, known.due_at) == (
        "breached",
        moment(NINE + HOUR),
        moment(NINE + HOUR),
    )
    assert known.remaining == 3600 - 3 * 86_400


def test_a_worker_refuses_other_promises_than_tickets_were_counted_by_until_a_rebuild(
    stack: Stack, mongo: MongoClient[Any], database: str, tmp_path: Path
) -> None:
    desk = Telling(mongo, database)
    desk.tell(created("1", "2026-05-04T09:00:00Z"))
    config = tmp_path / "deskpulse.yml"
    config.write_text(
        "policies: [{name: all, calendar: always, targets: {first_response: 1h}}]", encoding="utf-8"
    )
    env = environment(stack, database, DESKPULSE_CONFIG=str(config))

    def command(*words: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", "metrics", *words], env=env, capture_output=True, check=False
        )
        return done.returncode, done.stderr.decode().splitlines()[-1] if done.stderr else ""

    code, sentence = command("worker", "--port", str(ports.free_port()))
    assert code == 2
    assert sentence == (
        "metrics: policies, calendars or public holidays have changed since tickets were counted: "
        "stop the workers and run python -m metrics rebuild"
    )
    assert command("rebuild")[0] == 0
    assert command("verify")[0] == 0
    assert numbers(desk) == {"sla.first_response.breached": 1, "overdue.first_response": 1}
