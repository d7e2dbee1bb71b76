"""Clocks that jump by two hours under load: no number depends on the clock of the process that counts, no
promise is taken for broken before it is, and none stays untold for hours.

Each process has a clock of its own; the broker, MongoDB and the test go by the true time.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from urllib.request import urlopen

import pytest
import requests

from alerts.schedule import FARTHEST
from events.instants import SECOND, micros
from faults import check
from faults.check import Mongo
from faults.load import Load, arrivals, events
from faults.promises import untold_and_told_twice
from faults.traffic import CONFIG, Traffic
from faults.trials import Try
from faults.webhooks import Helpdesk
from feedback import audit as voices
from feedback.store import Store as Voices
from feedback.store import database_name
from harness import services
from harness.clock import HOUR, SetClock, set_clocks
from harness.customers import product
from harness.receivers import http_receiver
from harness.services import API_TOKEN, RunningService, environment
from harness.wait import until
from local.stack import Stack

pytestmark = pytest.mark.fault

JUMPS = (2 * HOUR, -2 * HOUR, 0)
STARTS = {
    "ingest": services.ingest,
    "worker": services.worker,
    "metrics": services.metrics,
    "feedback": services.feedback_worker,
}
PROMISES = """
sources: {acme: {adapter: cloudevents, secrets: [env:DEMO_SECRET]}}
policies:
  - name: patient
    match: {team: [technical]}
    calendar: always
    targets: {first_response: 1h, resolution: 90m}
  - {name: prompt, calendar: always, targets: {first_response: 12s, next_response: 8s, resolution: 20s}}
alerts: [{%snotify: [{webhook: env:OPS_HOOK, secret: env:DEMO_SECRET}]}]
"""


def now() -> int:
    """The true time (µs)."""
    return micros(datetime.now(UTC))


@contextmanager
def everything(
    env: Mapping[str, str], clocks: Mapping[str, SetClock], logs: Path
) -> Iterator[dict[str, RunningService]]:
    """Every kind of process, each by its own clock."""
    with ExitStack() as parts:
        yield {
            name: parts.enter_context(start({**env, **clocks[name].environment}, logs))
            for name, start in STARTS.items()
        }


def is_healthy(service: RunningService) -> bool:
    """Whether it says itself that it turns."""
    with urlopen(service.url("/healthz"), timeout=10) as answer:
        return bool(answer.status == 200)


@pytest.mark.parametrize("seed", [61])
def test_clocks_that_jump_under_load_change_no_number(
    seed: int, broker: Stack, database: str, mongo: Mongo, tmp_path: Path, try_fault: Try
) -> None:
    config = tmp_path / "deskpulse.yml"
    config.write_text(CONFIG)
    env = environment(broker, database, DESKPULSE_CONFIG=str(config), DESKPULSE_BATCH_SIZE="100")
    straight = [{**wire, "source": "straight"} for wire in arrivals(events(seed, 40_000, 300), seed)]
    with (
        set_clocks(tmp_path, *STARTS) as clocks,
        everything(env, clocks, tmp_path) as running,
        Load(broker.kafka, straight, rate=60) as flow,
        Helpdesk(running["ingest"].port, rate=40, threads=4) as helpdesk,
        try_fault("clocks jumping by two hours", seed=seed) as trial,
    ):
        traffic = Traffic(flow, helpdesk, [running["worker"]], mongo, database)
        traffic.await_turnover(10)
        for names in (*([name] for name in STARTS), list(STARTS)):
            for jump in JUMPS:
                trial.step = f"{', '.join(names)} at {jump:+d} s"
                for name in names:
                    clocks[name].set(jump)
                trial.over()
                traffic.await_turnover(10)
                trial.recovered()
                assert all(is_healthy(service) for service in running.values())
        traffic.assert_exact(trial)
        assert {service.stop() for service in running.values()} == {0}


@pytest.mark.parametrize("seed", [67])
def test_promises_are_broken_at_their_own_time_whatever_the_workers_clock_says(
    seed: int, broker: Stack, database: str, mongo: Mongo, tmp_path: Path, try_fault: Try
) -> None:
    config = tmp_path / "deskpulse.yml"
    config.write_text(PROMISES % "")
    began = now()
    distinct = events(seed, 1600, 300, start=datetime.now(UTC) - timedelta(seconds=30), apart=0)
    with (
        http_receiver() as hook,
        set_clocks(tmp_path, "worker") as clocks,
        try_fault("a worker's clock jumping while promises are broken", seed=seed) as trial,
    ):
        env = environment(broker, database, DESKPULSE_CONFIG=str(config), OPS_HOOK=hook.url)
        with (
            services.worker({**env, **clocks["worker"].environment}, tmp_path) as worker,
            Load(broker.kafka, arrivals(distinct, seed), rate=120) as flow,
        ):
            for number, jump in enumerate((*JUMPS, JUMPS[0]), 1):
                clocks["worker"].set(jump)
                trial.over()
                check.await_progress(mongo, database, 300 * number)
                trial.recovered()
            flow.join()
            check.await_all_processed(mongo, broker.kafka, database)
            until(lambda: not overdue(mongo, database), 60, "every deadline of the next minutes to be told")
            assert worker.stop() == 0
        trial.judge(*untold_and_told_twice(mongo, database, config))

    noticed = [letter["alert"] for letter in mongo[database]["alerts"].find()]
    assert {alert["stage"] for alert in noticed} >= {"breached"}
    for alert in noticed:
        assert began <= alert["noticed_at"] <= now()
    early = [
        alert for alert in noticed if alert["stage"] == "breached" and alert["noticed_at"] < alert["due_at"]
    ]
    assert early == []
    assert all(lane["next_at"] <= now() + FARTHEST for lane in mongo[database]["alert_lanes"].find())


def overdue(mongo: Mongo, database: str) -> int:
    """How many tickets wait for a deadline that isn't an hour away."""
    soon = {"$gt": 0, "$lt": now() + 600 * SECOND}
    return mongo[database]["tickets"].count_documents({"next_deadline": soon})


@pytest.mark.parametrize("jump", JUMPS[:2])
def test_workers_whose_clocks_jump_leave_to_each_other_what_one_of_them_sends(
    jump: int, broker: Stack, database: str, tmp_path: Path, try_fault: Try
) -> None:
    config = tmp_path / "deskpulse.yml"
    # What goes to one team goes one after the other.
    config.write_text(PROMISES % "match: {team: [billing]}, ")
    broken = events(71, 600, 60, start=datetime.now(UTC) - timedelta(minutes=5), apart=0)
    with (
        http_receiver() as hook,
        set_clocks(tmp_path, "one", "other") as clocks,
        ExitStack() as workers,
        try_fault("two workers' clocks jumping while one sends", seed=71) as trial,
    ):
        hook.open.clear()
        env = environment(broker, database, DESKPULSE_CONFIG=str(config), OPS_HOOK=hook.url)
        for clock in clocks.values():
            workers.enter_context(services.worker({**env, **clock.environment}, tmp_path))
        with Load(broker.kafka, broken, rate=40):
            until(lambda: hook.arrived, 60, "the first message to leads")
            for clock in clocks.values():
                clock.set(jump)
            trial.over()
            # The courier who has nothing to do looks once a second.
            Event().wait(4)
            assert hook.arrived == 1
            hook.open.set()
            until(lambda: hook.accepted, 60, "the message to have arrived")
            trial.recovered()
        groups = [request.headers["webhook-id"] for request in hook.accepted]
        trial.judge(0, len(groups) - len(set(groups)))


def test_customers_are_asked_once_and_forgotten_up_to_now_whatever_the_clocks_say(
    broker: Stack, database: str, mongo: Mongo, tmp_path: Path, try_fault: Try
) -> None:
    with (
        set_clocks(tmp_path, "worker", "web") as clocks,
        product(broker, database, tmp_path, delay="0s") as desk,
        try_fault("the feedback worker's clock jumping while it mails", seed=0) as trial,
    ):
        assert desk.feedback_worker.stop() == 0
        assert desk.feedback.stop() == 0
        customers = 0

        def mailed() -> list[str]:
            return [str(mail["To"]) for mail in list(desk.mails.messages)]

        with (
            services.feedback_worker({**desk.env, **clocks["worker"].environment}, tmp_path) as worker,
            services.feedback({**desk.env, **clocks["web"].environment}, tmp_path, desk.feedback.port) as web,
        ):
            for jump in (*JUMPS, -2 * HOUR):
                clocks["worker"].set(jump)
                clocks["web"].set(jump)
                trial.over()
                for _ in range(2):
                    customers += 1
                    desk.resolved(str(customers), f"customer-{customers}@example.com")
                until(lambda: len(mailed()) == customers, 90, "their mails")  # noqa: B023
                trial.recovered()

            erased = requests.delete(
                web.url("/api/v1/customers/customer-1@example.com"),
                headers={"Authorization": f"Bearer {API_TOKEN}"},
                timeout=10,
            ).json()
            assert abs(micros(datetime.fromisoformat(erased["erased_at"])) - now()) < 60 * SECOND
            assert worker.stop() == 0

        trial.judge(customers - len(set(mailed())), len(mailed()) - len(set(mailed())))
        assert voices.verify(Voices(mongo, database_name(database)), lambda _done: None) == []
