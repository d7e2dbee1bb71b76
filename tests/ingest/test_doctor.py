"""`python -m ingest doctor`."""

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from harness import services
from harness.doctoring import doctor, found
from ingest.doctor import checks
from local import ports
from local.stack import Stack
from privacy.seal import new_key_pair
from runtime.doctor import examine

CONFIG = """
sources:
  acme: {adapter: cloudevents, secrets: [env:DEMO_SECRET]}
"""


class SlowClock(BaseHTTPRequestHandler):
    """A tool whose clock is years behind."""

    def do_HEAD(self) -> None:
        self.send_response_only(401)
        self.send_header("Date", "Sun, 22 Nov 2020 02:00:00 GMT")
        self.end_headers()


@contextmanager
def tool() -> Iterator[str]:
    """The address of an API."""
    server = HTTPServer(("127.0.0.1", 0), SlowClock)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def env(broker: Stack, tmp_path: Path) -> dict[str, str]:
    """All that ingest needs."""
    config = tmp_path / "deskpulse.yml"
    config.write_text(CONFIG)
    spool = {"DESKPULSE_SPOOL_DIR": str(tmp_path / "spool"), "DESKPULSE_SPOOL_MAX_BYTES": "1000000"}
    return services.environment(broker, "none", DESKPULSE_CONFIG=str(config), **spool)


def test_where_all_is_well_every_line_is(env: dict[str, str]) -> None:
    done = doctor("ingest", env, "--json")

    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert told["ok"] is True
    assert {
        one["check"]: one["state"] for one in told["checks"] if "min.insync" not in one["found"]
    } == dict.fromkeys(("configuration", "sources", "keys", "kafka", "topics", "spool", "clock"), "ok")
    assert not Path(env["DESKPULSE_SPOOL_DIR"]).exists()


def test_where_kafka_is_away_the_rest_is_told_all_the_same_and_no_secret_is(
    env: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "deskpulse.yml").write_text(CONFIG + "  mute: {adapter: cloudevents}\n")
    env |= {
        "KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{ports.free_port()}",
        "DESKPULSE_HASH_KEY": "short-hash-key",
    }

    done = doctor("ingest", env)

    assert done.returncode == 1
    assert "FAIL  kafka          nobody answers at" in done.stdout
    assert "warn  sources        mute has no secret" in done.stdout
    assert "warn  keys           DESKPULSE_HASH_KEY has fewer than 32 characters" in done.stdout
    assert "ok    spool" in done.stdout
    for secret in (
        "DEMO_SECRET",
        "DESKPULSE_HASH_KEY",
        "DESKPULSE_CONTACT_PRIVATE_KEY",
        "DESKPULSE_API_TOKEN",
    ):
        assert env[secret] not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_every_fault_of_the_configuration_is_told(env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "deskpulse.yml").write_text("sources: {acme: {adapter: fax}}")
    env |= {"KAFKA_PARTITIONS": "none", "DESKPULSE_SPOOL_MAX_AGE": "1w", "DESKPULSE_API_TOKEN": ""}

    told = found(checks(env, 8001), "configuration")

    assert [state for state, _ in told] == ["FAIL", "FAIL", "FAIL", "warn"]
    assert "KAFKA_PARTITIONS" in told[0][1]
    assert "there is no adapter 'fax'" in told[1][1]
    assert "DESKPULSE_SPOOL_MAX_AGE" in told[2][1]
    assert found(checks(env, 8001), "sources") == [("warn", "not checked")]


def test_keys_of_different_pairs_are_told(env: dict[str, str]) -> None:
    assert found(checks(env, 8001), "keys") == [
        ("ok", "customers' ids are hashed, their addresses sealed, the keys fit")
    ]

    env["DESKPULSE_CONTACT_PUBLIC_KEY"] = new_key_pair()[0]
    assert found(checks(env, 8001), "keys")[0][0] == "FAIL"

    del env["DESKPULSE_CONTACT_PUBLIC_KEY"]
    assert found(checks(env, 8001), "keys")[0][0] == "warn"


@pytest.mark.parametrize(
    ("directory", "size", "state"),
    [
        ("/proc/spool", "1000", "FAIL"),
        ("spool", "1000", "ok"),
        (".", "1000", "ok"),
        ("a/b/c", str(10**18), "warn"),
    ],
)
def test_the_spool_needs_a_place_that_can_be_written_and_room(
    env: dict[str, str], tmp_path: Path, directory: str, size: str, state: str
) -> None:
    env |= {"DESKPULSE_SPOOL_DIR": str(tmp_path / directory), "DESKPULSE_SPOOL_MAX_BYTES": size}

    assert [one for one, _ in found(checks(env, 8001), "spool")] == [state]


def test_a_tools_clock_that_goes_wrong_is_told(env: dict[str, str], tmp_path: Path) -> None:
    with tool() as address:
        api = f"api: {{url: {address}/api/v2, user: me}}"
        (tmp_path / "deskpulse.yml").write_text(f"sources: {{acme: {{adapter: zendesk, {api}}}}}")
        ((state, words),) = found(checks(env, 8001), "clock")
    ((gone, _),) = found(checks(env, 8001), "clock")

    assert (state, gone) == ("warn", "warn")
    assert "ahead of that of 127.0.0.1" in words


def test_the_command_finds_the_port_of_the_ingest_that_is_meant(env: dict[str, str]) -> None:
    told = [one for one in checks({**env, "DESKPULSE_SPOOL_DIR": ""}, 9123) if one.name == "spool"]

    assert "ingest-9123" in examine(told)[0].finding.found
    assert os.environ.get("DESKPULSE_SPOOL_DIR") is None
