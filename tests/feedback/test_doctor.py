"""`python -m feedback doctor`."""

import json
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from pymongo import MongoClient

from feedback.crew import crew
from feedback.doctor import checks
from feedback.settings import read_settings
from feedback.store import database_name
from harness.doctoring import doctor, found
from harness.mail_server import HANG, mail_server, signing_in
from harness.services import environment
from local import ports
from local.stack import Stack
from privacy.seal import new_key_pair
from runtime.stop import Stop

CONFIG = """
surveys: {csat: {delay: 24h}}
feedback: {company: Acme, from: "Acme <destek@acme.example>"}
"""


@pytest.fixture
def env(broker: Stack, database: str, tmp_path: Path) -> dict[str, str]:
    """What the service needs."""
    path = tmp_path / "deskpulse.yml"
    path.write_text(CONFIG)
    return environment(
        broker, database, DESKPULSE_CONFIG=str(path), DESKPULSE_PUBLIC_URL="https://ask.acme.example"
    )


def test_everything_is_looked_at_and_nothing_fails_before_the_first_start(env: dict[str, str]) -> None:
    with mail_server() as mails:
        env["DESKPULSE_SMTP_URL"] = mails.url
        done = doctor("feedback", env, "--json")
        told = json.loads(done.stdout)

        assert done.returncode == 0
        assert {one["check"]: one["state"] for one in told["checks"] if "min.insync" not in one["found"]} == {
            **dict.fromkeys(("configuration", "surveys", "keys", "smtp", "kafka", "topics", "mongodb"), "ok"),
            **dict.fromkeys(("writes", "indexes", "positions"), "warn"),
            "clock": "ok",
        }
        assert mails.messages == []


def test_a_started_worker_has_made_every_index_that_is_looked_for(
    env: dict[str, str], database: str, mongo: MongoClient[dict[str, Any]]
) -> None:
    stop = Stop()
    stop.set()
    with crew(read_settings(env), env, mongo, CollectorRegistry(), 100) as hands:
        hands.run(stop)

    ((state, words),) = found(checks(env), "indexes")

    assert state == "ok"
    assert database_name(database) in words


def test_surveys_that_cannot_be_mailed_or_reached_are_told(env: dict[str, str]) -> None:
    env["DESKPULSE_PUBLIC_URL"] = "http://127.0.0.1:8003"

    assert found(checks(env), "surveys") == [
        ("warn", "csat can't be mailed: the API alone gives their links"),
        ("warn", "customers can't reach http://127.0.0.1:8003"),
        ("ok", "csat by link"),
    ]


def test_a_survey_that_must_be_mailed_and_cannot_fails(env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "deskpulse.yml").write_text("surveys: {csat: {deliver: mail}}")

    ((state, words),) = found(checks(env), "configuration")

    assert state == "FAIL"
    assert "set DESKPULSE_SMTP_URL" in words


def test_keys_of_different_pairs_are_told(env: dict[str, str]) -> None:
    assert found(checks(env), "keys") == [("ok", "sealed addresses can be opened, the keys fit")]

    env["DESKPULSE_CONTACT_PUBLIC_KEY"] = new_key_pair()[0]

    assert [state for state, _ in found(checks(env), "keys")] == ["FAIL"]


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_a_mail_server_that_refuses_hangs_or_has_no_tls_is_told_without_the_password(
    env: dict[str, str],
) -> None:
    with mail_server(**signing_in("desk", "s3cret-word")) as mails:
        place = f"127.0.0.1:{mails.port}"
        env["DESKPULSE_SMTP_URL"] = f"smtp://desk:s3cret-word@{place}?starttls=no"
        assert found(checks(env), "smtp") == [("ok", f"{place}: EHLO, none, signed in; no mail was sent")]

        env["DESKPULSE_SMTP_URL"] = f"smtp://desk:wr0ng-word@{place}?starttls=no"
        assert found(checks(env), "smtp") == [("FAIL", f"{place} refuses the user (535)")]

        env["DESKPULSE_SMTP_URL"] = f"smtp://desk:s3cret-word@{place}"
        assert found(checks(env), "smtp") == [
            ("FAIL", f"{place}: it offers no STARTTLS (see ?starttls=no), or no signing in")
        ]

        mails.answers["GREETING"] = HANG
        assert found(checks(env), "smtp") == [("FAIL", f"{place}: it hangs up, or says nothing in time")]
    env["DESKPULSE_SMTP_URL"] = f"smtp://127.0.0.1:{ports.free_port()}"
    assert found(checks(env), "smtp")[0][1].endswith(": nobody listens there")
