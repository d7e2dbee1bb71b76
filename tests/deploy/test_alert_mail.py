"""A real Alertmanager mails an alert as deploy/alertmanager says: a template fails only once it is used."""

from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path

import msgspec
import pytest
import yaml

from deploy.composed import ROOT
from deploy.tools import required
from harness.mail_server import MailServer, mail_server
from harness.wait import until
from local import ports, process, web


@pytest.fixture
def mails() -> Iterator[MailServer]:
    """Where mails go."""
    with mail_server() as server:
        yield server


@pytest.fixture
def alertmanager(mails: MailServer, tmp_path: Path) -> Iterator[str]:
    """The address of one that mails at once, to `mails`."""
    program = required("prometheus-alertmanager")
    config = yaml.safe_load((ROOT / "deploy/alertmanager/alertmanager.yml").read_text(encoding="utf-8"))
    config["global"]["smtp_smarthost"] = f"{ports.HOST}:{mails.port}"
    config["route"]["group_wait"] = config["route"]["routes"][0]["group_wait"] = "0s"
    (tmp_path / "alertmanager.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    url = f"http://{ports.HOST}:{ports.free_port()}"
    command = [
        program,
        f"--config.file={tmp_path / 'alertmanager.yml'}",
        f"--storage.path={tmp_path / 'data'}",
        f"--web.listen-address={url.removeprefix('http://')}",
        "--cluster.listen-address=",
    ]
    child = process.start("alertmanager", command, log=tmp_path / "alertmanager.log")
    try:
        child.await_condition(lambda: _is_ready(url), 30, "isn't ready")
        yield url
    finally:
        child.stop()


def test_an_alert_is_mailed_with_what_is_wrong_and_what_to_do(alertmanager: str, mails: MailServer) -> None:
    alert = {
        "labels": {"alertname": "HelpdeskDeadLetters", "job": "metrics-worker", "severity": "ticket"},
        "annotations": {"summary": "it can't process messages", "action": "look who sends them"},
    }

    posted = web.request(
        "POST",
        f"{alertmanager}/api/v2/alerts",
        msgspec.json.encode([alert]),
        {"Content-Type": "application/json"},
    )

    assert posted.status == 200
    until(lambda: mails.messages, 30, "the mail")
    (mail,) = mails.messages
    assert mail["Subject"] == "FIRING: it can't process messages"
    assert mail["To"] == "support-ops@deskpulse.invalid"
    body = mail.get_body(("plain",))
    assert body is not None
    assert "look who sends them" in body.get_content()


def _is_ready(url: str) -> bool:
    try:
        return web.get(f"{url}/-/ready").status == 200
    except (OSError, HTTPException):
        return False
