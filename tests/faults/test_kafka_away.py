"""Kafka goes away under webhooks: whatever was answered 202 arrives, once, each ticket's events in order."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event
from time import monotonic

import pytest

from faults.spooling import Window, await_log, firsts, judge
from faults.trials import Try
from faults.webhooks import Helpdesk, ask, await_arrival, connected, post
from harness import services, wait
from harness.machine import stalls
from harness.parts import Broker, broker_of_own, new_broker
from local.services import INGEST
from local.stack import Stack


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[Broker]:
    with broker_of_own(tmp_path) as own:
        yield own


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """An environment of ingest, but for where Kafka is."""
    config = tmp_path / "deskpulse.yml"
    config.write_text("sources:\n  acme: {adapter: cloudevents, secrets: [env:DEMO_SECRET]}\n")
    spool = str(tmp_path / "spool")
    return services.environment(
        Stack("", "", ()), "unused", DESKPULSE_CONFIG=str(config), DESKPULSE_SPOOL_DIR=spool
    )


@pytest.mark.parametrize("outage", [6, pytest.param(60, marks=pytest.mark.fault)])
def test_an_outage_of_kafka_loses_and_doubles_nothing_and_no_sender_notices(
    outage: float, queue: Broker, env: dict[str, str], tmp_path: Path, try_fault: Try
) -> None:
    env |= {"KAFKA_BOOTSTRAP_SERVERS": queue.address}
    with (
        services.ingest(env, tmp_path) as ingest,
        try_fault(f"Kafka away for {outage} s under webhooks", seed=0) as trial,
    ):
        await_log(ingest, "spooling_ended")
        with Helpdesk(ingest.port) as helpdesk, stalls(tmp_path) as machine:
            began = monotonic()
            wait.until(lambda: len(helpdesk.answers) > 800, 60, "webhooks before the outage")
            with queue.paused():
                left = monotonic()
                await_log(ingest, "spooling_began")
                spooling = monotonic()
                Event().wait(outage)
                back = monotonic()
            trial.over()
            await_log(ingest, "spooling_ended", 2)
            trial.recovered()
            reached = len(helpdesk.answers)
            wait.until(lambda: len(helpdesk.answers) > reached + 400, 60, "webhooks after the outage")
        found = await_arrival(queue.address, helpdesk.accepted())
        assert ingest.stop() == 0
        judge(trial, helpdesk.accepted(), found)

    before, during = Window(helpdesk, began, left), Window(helpdesk, spooling, back)
    assert (helpdesk.refused(), helpdesk.broken) == ([], set())
    assert sum(map(len, found.values())) == len(helpdesk.answers)
    # Who posts as Kafka leaves waits for it for a moment; nobody else waits longer than on any day.
    assert Window(helpdesk, left).most < 3 + 10 * before.most + machine.worst
    assert during.rate > 0.75 * before.rate
    assert during.decile < 0.1 + 10 * before.decile


def test_a_broker_that_died_and_comes_back_empty_gets_all_that_was_accepted_meanwhile(
    queue: Broker, env: dict[str, str], tmp_path: Path, try_fault: Try
) -> None:
    env |= {"KAFKA_BOOTSTRAP_SERVERS": queue.address}
    with (
        services.ingest(env, tmp_path) as ingest,
        Helpdesk(ingest.port) as helpdesk,
        try_fault("a broker that comes back empty, under webhooks", seed=0) as trial,
    ):
        await_log(ingest, "spooling_ended")
        wait.until(lambda: len(helpdesk.answers) > 200, 60, "webhooks before the death")
        queue.kill()
        died = monotonic()
        wait.until(lambda: len(helpdesk.accepted(since=died)) > 600, 60, "webhooks without a broker")
        queue.start_empty()
        trial.over()
        await_log(ingest, "spooling_ended", 2)
        trial.recovered()
        reached = len(helpdesk.answers)
        wait.until(lambda: len(helpdesk.answers) > reached + 200, 60, "webhooks after its return")
        helpdesk.stop()
        accepted = helpdesk.accepted(since=died)
        judge(trial, accepted, await_arrival(queue.address, accepted))

    assert (helpdesk.refused(), helpdesk.broken) == ([], set())


@pytest.mark.apache
def test_a_broker_that_was_killed_and_keeps_its_log_has_all_that_was_ever_accepted_once(
    queue: Broker, env: dict[str, str], tmp_path: Path, try_fault: Try
) -> None:
    env |= {"KAFKA_BOOTSTRAP_SERVERS": queue.address}
    with (
        services.ingest(env, tmp_path) as ingest,
        Helpdesk(ingest.port) as helpdesk,
        try_fault("the broker killed and started again, under webhooks", seed=0) as trial,
    ):
        await_log(ingest, "spooling_ended")
        for life in range(2, 5):
            reached = len(helpdesk.answers)
            wait.until(lambda: len(helpdesk.answers) > reached + 300, 60, "webhooks before the death")  # noqa: B023
            queue.kill()
            died = len(helpdesk.answers)
            wait.until(lambda: len(helpdesk.answers) > died + 600, 60, "webhooks without a broker")  # noqa: B023
            queue.start()
            trial.over()
            await_log(ingest, "spooling_ended", life)
            trial.recovered()
        helpdesk.stop()
        found = await_arrival(queue.address, helpdesk.accepted())
        judge(trial, helpdesk.accepted(), found)

    assert (helpdesk.refused(), helpdesk.broken) == ([], set())
    assert sum(map(len, found.values())) == len(helpdesk.answers)


def test_ingest_killed_while_it_spools_delivers_everything_once_it_is_started_again(
    queue: Broker, env: dict[str, str], tmp_path: Path, try_fault: Try
) -> None:
    env |= {"KAFKA_BOOTSTRAP_SERVERS": queue.address}
    with try_fault("ingest killed while it spools", seed=0) as trial:
        with services.ingest(env, tmp_path) as ingest:
            await_log(ingest, "spooling_ended")
            with Helpdesk(ingest.port) as helpdesk:
                wait.until(lambda: len(helpdesk.answers) > 200, 60, "webhooks before the outage")
                with queue.paused():
                    reached = len(helpdesk.answers)
                    wait.until(
                        lambda: len(helpdesk.answers) > reached + 400, 60, "webhooks during the outage"
                    )
                    ingest.kill()
                trial.over()
        accepted = helpdesk.accepted()

        with services.ingest(env, tmp_path) as ingest:
            await_log(ingest, "spooling_ended")
            trial.recovered()
            found = await_arrival(queue.address, accepted)
        judge(trial, accepted, firsts(found))

    assert helpdesk.refused() == []
    # A post that was under way when ingest died may have arrived.
    assert {name for names in found.values() for name in names} <= {*accepted, *helpdesk.broken}


def test_ingest_told_to_stop_while_kafka_is_away_leaves_in_time_and_keeps_what_it_spooled(
    queue: Broker, env: dict[str, str], tmp_path: Path, try_fault: Try
) -> None:
    env |= {"KAFKA_BOOTSTRAP_SERVERS": queue.address}
    with try_fault("ingest stopped while Kafka is away", seed=0) as trial:
        with services.ingest(env, tmp_path) as ingest, Helpdesk(ingest.port) as helpdesk:
            await_log(ingest, "spooling_ended")
            with queue.paused():
                reached = len(helpdesk.answers)
                wait.until(lambda: len(helpdesk.answers) > reached + 400, 60, "webhooks during the outage")
                helpdesk.stop()
                # After ten seconds it would be killed.
                assert ingest.stop() == 0
            trial.over()

        with services.ingest(env, tmp_path) as ingest:
            await_log(ingest, "spooling_ended")
            trial.recovered()
            found = await_arrival(queue.address, helpdesk.accepted())
        judge(trial, helpdesk.accepted(), firsts(found))

    assert helpdesk.refused() == []
    assert sum(map(len, firsts(found).values())) == len(helpdesk.answers)


def test_a_kafka_that_was_never_there_is_no_reason_to_refuse(
    env: dict[str, str], tmp_path: Path, try_fault: Try
) -> None:
    queue = new_broker(tmp_path)
    env |= {"KAFKA_BOOTSTRAP_SERVERS": queue.address}
    with (
        services.ingest(env, tmp_path) as ingest,
        Helpdesk(ingest.port) as helpdesk,
        try_fault("a Kafka that isn't there yet, under webhooks", seed=0) as trial,
        stalls(tmp_path) as machine,
    ):
        wait.until(lambda: len(helpdesk.answers) > 200, 60, "webhooks without a broker")
        missing = monotonic()
        queue.start()
        try:
            trial.over()
            await_log(ingest, "spooling_ended")
            trial.recovered()
            there, reached = monotonic(), len(helpdesk.answers)
            wait.until(lambda: len(helpdesk.answers) > reached + 200, 60, "webhooks with a broker")
            helpdesk.stop()
            judge(trial, helpdesk.accepted(), await_arrival(queue.address, helpdesk.accepted()))
        finally:
            queue.kill()

    assert (helpdesk.refused(), helpdesk.broken) == ([], set())
    assert Window(helpdesk, 0, missing).most < 1 + 10 * Window(helpdesk, there).most + machine.worst


def test_a_full_spool_answers_503_and_keeps_nothing_of_what_it_refuses(
    queue: Broker, env: dict[str, str], tmp_path: Path, try_fault: Try
) -> None:
    env |= {"KAFKA_BOOTSTRAP_SERVERS": queue.address, "DESKPULSE_SPOOL_MAX_BYTES": "20000"}
    with services.ingest(env, tmp_path) as ingest, try_fault("a full spool", seed=0) as trial:
        await_log(ingest, "spooling_ended")
        with Helpdesk(ingest.port) as helpdesk, queue.paused():
            wait.until(lambda: len(helpdesk.refused()) > 100, 60, "the spool to be full")
            with connected(ingest) as connection:
                refusal, readiness = post(connection, "e0", "late"), ask(connection, "GET", "/readyz")
            helpdesk.stop()
        trial.over()
        await_log(ingest, "spooling_ended", 2)
        trial.recovered()
        found = await_arrival(queue.address, helpdesk.accepted())
        judge(trial, helpdesk.accepted(), found)
        with connected(ingest) as connection:
            wait.until(lambda: ask(connection, "GET", "/readyz").status == 200, 60, "ingest to be ready")

    assert set(helpdesk.refused()) == {503}
    assert (refusal.status, int(refusal.headers["Retry-After"]) > 0) == (503, True)
    assert readiness.status == 503
    assert "DESKPULSE_SPOOL_MAX_BYTES=20000" in readiness.body
    arrived = {name for names in found.values() for name in names}
    # What was refused before the spool had begun was in Kafka's hands already.
    assert len(arrived - {*helpdesk.accepted()}) <= 32


def test_a_second_process_on_a_spool_says_which_variable_to_set(env: dict[str, str], tmp_path: Path) -> None:
    env |= {"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"}
    with services.ingest(env, tmp_path), services.running(INGEST, env, tmp_path, ready=False) as second:
        assert second.child.process.wait(60) == 1

    assert f"another process spools in {tmp_path / 'spool'}: name a directory" in second.written()
    assert "DESKPULSE_SPOOL_DIR" in second.written()
    assert "Traceback" not in second.written()
