"""The couriers as a process that is killed at each step: who was written to how often in the end."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from pymongo import MongoClient

from alerts.sender import wall_clock
from feedback.letters.courier import Couriers
from harness.letters import PRIVATE, Office, a_case, by_mail
from harness.mail_server import MailServer
from harness.transactions import short_transactions
from harness.wait import until
from local import ports
from local.stack import Stack
from runtime.stop import Stop

SCRIPT = Path(__file__).with_name("sending.py")
LEASE_SECONDS = 601


@pytest.fixture(autouse=True)
def no_long_transactions(mongo: MongoClient[dict[str, object]]) -> Iterator[None]:
    with short_transactions(mongo):
        yield


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


def pass_pauses(office: Office) -> None:
    """What is put off is due now."""
    put_off = {"state": "waiting", "token": {"$exists": False}}
    office.store.database["letters"].update_many(put_off, {"$set": {"next_at": 0}})


@contextmanager
def process(
    stack: Stack, office: Office, mails: MailServer, log: Path, *, crash_at: str = "", ahead: int = 0
) -> Iterator[subprocess.Popen[bytes]]:
    """The couriers as a process; killed at the end."""
    env = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "MONGODB_URI": stack.mongo,
        "MONGODB_DATABASE": office.name,
        "SMTP": mails.url,
        "PRIVATE": PRIVATE,
        "CRASH_AT": crash_at,
        "AHEAD": str(ahead),
    }
    with log.open("ab") as out:
        child = subprocess.Popen([sys.executable, str(SCRIPT)], env=env, stdout=out, stderr=out)
    try:
        yield child
    finally:
        child.kill()
        child.wait()


@pytest.mark.fault
@pytest.mark.parametrize(
    ("crash_at", "mails_of_victim", "doubts"),
    [
        ("before the claim", 0, 0),
        ("after the claim", 0, 0),
        ("before the mark", 0, 0),
        ("after the mark", 0, 1),
        ("before the result", 1, 1),
        ("within the result", 1, 1),
    ],
)
def test_a_process_killed_at_any_step_leaves_one_mail_or_a_counted_second(
    stack: Stack,
    office: Office,
    mails: MailServer,
    log: Path,
    crash_at: str,
    mails_of_victim: int,
    doubts: int,
) -> None:
    office.decide(a_case(at=wall_clock()))

    with process(stack, office, mails, log, crash_at=crash_at) as victim:
        assert victim.wait(30) == -9
    assert len(mails.messages) == mails_of_victim
    with process(stack, office, mails, log, ahead=LEASE_SECONDS):
        if doubts:
            until(lambda: office.survey().uncertain == 1, 30, "the heir's doubt")
            pass_pauses(office)
        until(lambda: office.states() == {"survey1": "sent"}, 30, "the heir's mail")

    survey = office.survey()
    assert (survey.state, survey.uncertain) == ("sent", doubts)
    assert len(mails.messages) == mails_of_victim + 1
    assert len({mail["message-id"] for mail in mails.messages}) == 1
    assert "contact" not in office.letters()["survey1"]


@pytest.mark.fault
def test_a_process_killed_while_the_server_takes_the_mail_leaves_two_counted_ones(
    stack: Stack, office: Office, mails: MailServer, log: Path
) -> None:
    office.decide(a_case(at=wall_clock()))

    with process(stack, office, mails, log) as victim:
        mails.on_taken = victim.kill
        assert victim.wait(30) == -9
    mails.on_taken = lambda: None
    with process(stack, office, mails, log, ahead=LEASE_SECONDS):
        until(lambda: office.survey().uncertain == 1, 30, "the heir's doubt")
        pass_pauses(office)
        until(lambda: office.states() == {"survey1": "sent"}, 30, "the heir's mail")

    assert (office.survey().state, office.survey().uncertain) == ("sent", 1)
    assert len(mails.messages) == 2
    assert len({mail["message-id"] for mail in mails.messages}) == 1


@pytest.mark.fault
def test_couriers_killed_again_and_again_write_to_each_customer_once_or_twice_counted(
    stack: Stack, office: Office, mails: MailServer, log: Path
) -> None:
    office.decide(*(a_case(number, at=wall_clock()) for number in range(60)))

    for generation in range(4):
        goal = len(mails.messages) + 7
        with process(stack, office, mails, log, ahead=generation * LEASE_SECONDS) as victim:
            until(partial(_have_come, mails, goal), 30, "mails")
            victim.kill()
            victim.wait()
    with (
        process(stack, office, mails, log, ahead=4 * LEASE_SECONDS),
        process(stack, office, mails, log, ahead=4 * LEASE_SECONDS),
    ):
        until(lambda: set(office.states().values()) == {"sent"}, 60, "all")

    written = Counter(mails.recipients)
    assert len(written) == 60
    for number in range(60):
        survey = office.survey(number)
        assert survey.state == "sent"
        assert 1 <= written[f"customer{number}@customer.example"] <= 1 + min(survey.uncertain, 1)
    assert "customer.example" not in log.read_text()
    assert "S3CRET" not in log.read_text()


def test_two_offices_at_once_write_to_each_customer_once(office: Office, mails: MailServer) -> None:
    office.clock.now = wall_clock()
    office.decide(*(a_case(number, at=wall_clock()) for number in range(30)))
    stop = Stop()
    teams = [
        Couriers(office.store, office.box, {"mail": by_mail(mails.url)}, office.telemetry, wall_clock)
        for _ in range(3)
    ]
    for team in teams:
        team.start(stop)
    try:
        until(lambda: set(office.states().values()) == {"sent"}, 30, "all letters")
        assert all(team.is_alive() for team in teams)
    finally:
        stop.set()
        for team in teams:
            team.join(10)

    assert not any(team.is_alive() for team in teams)
    assert len(mails.recipients) == len(set(mails.recipients)) == 30
    assert office.count("sent") == 30
    until(lambda: office.box.waiting() == 0, 5, "an empty box")


def test_a_dead_mail_server_holds_no_webhook_up_and_strangers_wait(office: Office, mails: MailServer) -> None:
    office.decide(a_case(1, at=wall_clock()), a_case(2, "hooked", at=wall_clock()))
    nobody = f"smtp://127.0.0.1:{ports.free_port()}?starttls=no"
    stop = Stop()
    couriers = Couriers(office.store, office.box, {"mail": by_mail(nobody)}, office.telemetry, wall_clock)
    couriers.start(stop)
    try:
        until(lambda: office.count("failed") == 1, 10, "the mail's first try")
        until(lambda: office.count("failed", "webhook") == 1, 10, "the stranger's first try")
        gauge = "helpdesk_survey_letters_waiting"
        until(lambda: office.registry.get_sample_value(gauge) == 2, 10, "the gauge")
    finally:
        stop.set()
        couriers.join(10)

    assert set(office.states().values()) == {"waiting"}


def _have_come(mails: MailServer, goal: int) -> bool:
    return len(mails.messages) >= goal
