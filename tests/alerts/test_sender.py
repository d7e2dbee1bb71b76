"""The sender's threads, and the sender as a process that is killed."""

import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from alerts.routes import Destination
from alerts.sender import Sender, wall_clock
from harness.alerting import SECRET, Office, Open, all_to, an_alert
from harness.receivers import HttpReceiver, http_receiver, mailbox
from harness.wait import until
from local.stack import Stack
from runtime.stop import Stop

SCRIPT = Path(__file__).with_name("sending.py")


@contextmanager
def sending(office: Office) -> Iterator[Sender]:
    """A sender at work in this process."""
    stop = Stop()
    office.clock.now = wall_clock()
    sender = Sender(office.outbox, office.routing, office.telemetry, office.clock)
    sender.start(stop)
    try:
        yield sender
    finally:
        stop.set()
        sender.join(15)


@contextmanager
def process(stack: Stack, database: str, hook: HttpReceiver, log: Path, ahead: int) -> Iterator[Any]:
    """A sender as a process; killed at the end."""
    env = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "MONGODB_URI": stack.mongo,
        "MONGODB_DATABASE": database,
        "HOOK": hook.url,
        "HOOK_SECRET": SECRET,
        "AHEAD": str(ahead),
    }
    with log.open("ab") as out:
        child = subprocess.Popen([sys.executable, str(SCRIPT)], env=env, stdout=out, stderr=out)
    try:
        yield child
    finally:
        child.kill()
        child.wait()


def test_a_destination_that_hangs_delays_no_other(open_office: Open) -> None:
    with http_receiver() as hook, mailbox() as mail:
        hook.open.clear()
        office = open_office(all_to(Destination("HOOK", hook.url, SECRET), Destination("MAIL", mail.url)))
        office.tell(an_alert("1"), an_alert("2", team="sales"))

        with sending(office) as sender:
            until(lambda: len(mail.messages) == 2, 10, "both teams' mails")
            meanwhile = office.states()
            hook.open.set()
            until(lambda: set(office.states().values()) == {"sent"}, 10, "the webhook's as well")
            assert sender.is_alive()

    assert meanwhile["1 breached HOOK"] == meanwhile["2 breached HOOK"] == "pending"
    assert len(hook.accepted) == 2
    assert len(mail.messages) == 2


def test_alerts_of_a_forgotten_destination_are_complained_of_at_the_start(
    open_office: Open, capfd: pytest.CaptureFixture[str]
) -> None:
    open_office(all_to(Destination("OLD", "json://old.example.com"))).tell(an_alert())

    with http_receiver() as hook, sending(open_office(all_to(Destination("HOOK", hook.url, SECRET)))):
        pass

    assert "configured no more" in capfd.readouterr().out


def test_a_sender_that_is_killed_loses_nothing_and_its_heir_doubles_nothing(
    stack: Stack, database: str, open_office: Open, tmp_path: Path
) -> None:
    with http_receiver() as hook:
        office = open_office(all_to(Destination("HOOK", hook.url, SECRET)))
        office.tell(*(an_alert(f"{team}-{n}", team=f"team{team}") for team in range(40) for n in range(3)))

        with process(stack, database, hook, tmp_path / "log", 0) as victim:
            until(lambda: len(hook.requests) >= 10, 30, "the first groups")
            hook.open.clear()
            until(lambda: hook.arrived > len(hook.requests), 10, "a request under way")
            victim.kill()
            victim.wait()
        hook.open.set()
        arrived = dict.fromkeys(office.states().values())
        with process(stack, database, hook, tmp_path / "log", 120):
            until(lambda: set(office.states().values()) == {"sent"}, 30, "the rest")

    assert set(arrived) == {"sent", "pending"}
    messages = defaultdict(list)
    for request in hook.accepted:
        for alert in json.loads(request.body)["alerts"]:
            messages[alert["ticket"]].append(request.headers["webhook-id"])
    assert len(messages) == 120
    assert all(len(set(ids)) == 1 for ids in messages.values())
    assert len(hook.accepted) <= 41, "only what was under way came again"
    assert "TOKEN-IN-PATH" not in (tmp_path / "log").read_text()
