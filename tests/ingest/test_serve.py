"""`python -m ingest serve` as a process."""

import http.client
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

import pytest

from harness import services, wait
from harness.parts import new_broker
from harness.posting import read_arrivals
from local.stack import Stack


@pytest.fixture
def config(tmp_path: Path) -> str:
    path = tmp_path / "deskpulse.yml"
    path.write_text(
        "sources:\n  acme: {adapter: cloudevents, secrets: [env:DEMO_SECRET]}\n  mute: {adapter: cloudevents}"
    )
    return str(path)


def event(number: int) -> dict[str, object]:
    return {
        "specversion": "1.0",
        "id": f"{number}",
        "source": "acme",
        "type": "ticket.created",
        "time": "2026-11-21T09:30:00Z",
        "subject": f"{number}",
    }


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message


def ask(method: str, url: str, body: bytes | Iterator[bytes] | None = None, **headers: str) -> Answer:
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=30)
    try:
        connection.request(method, address.path, body, headers)
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers)
    finally:
        connection.close()


def status(url: str) -> int:
    return ask("GET", url).status


def post(url: str, body: bytes | Iterator[bytes]) -> Answer:
    kind = "application/cloudevents+json"
    return ask("POST", url, body, **{"Authorization": f"Bearer {services.DEMO_SECRET}", "Content-Type": kind})


def post_event(url: str, number: int) -> Answer:
    return post(f"{url}/v1/events", json.dumps(event(number)).encode())


def test_it_serves_refuses_endless_bodies_and_stops_cleanly(
    stack: Stack, config: str, tmp_path: Path
) -> None:
    env = services.environment(stack, "unused", DESKPULSE_CONFIG=config)
    with services.ingest(env, tmp_path) as ingest:
        url = ingest.url("/v1/events")

        assert post_event(ingest.url(), 1).status == 202
        assert post(url, (b" " * 65_536 for _ in range(40))).status == 413
        assert post(url, b" " * 2_000_000).status == 413
        assert post(url, (part for part in (b"{", b"}"))).status == 400
        assert status(ingest.url("/metrics")) == 200
        assert ingest.stop() == 0

        log = ingest.log.read_text()
        assert '"source": "mute"' in log
        assert services.DEMO_SECRET not in log


@pytest.mark.fault
def test_it_accepts_before_kafka_is_there_while_it_is_and_after_it_went(
    stack: Stack, config: str, tmp_path: Path
) -> None:
    queue = new_broker(tmp_path)
    env = services.environment(
        stack, "unused", DESKPULSE_CONFIG=config, KAFKA_BOOTSTRAP_SERVERS=queue.address
    )
    with services.ingest(env, tmp_path) as ingest:
        assert status(ingest.url("/healthz")) == 200
        assert post_event(ingest.url(), 1).status == 202

        queue.start()
        try:
            wait.until(lambda: '"spooling_ended"' in ingest.log.read_text(), 40, "ingest to find Kafka")
            assert post_event(ingest.url(), 2).status == 202
            assert len(read_arrivals(queue.address, "acme", 2)) == 2
        finally:
            queue.kill()

        began = monotonic()
        assert post_event(ingest.url(), 3).status == 202
        assert monotonic() - began < 4
        assert status(ingest.url("/readyz")) == 200
        assert ingest.stop() == 0


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"DESKPULSE_HASH_KEY": ""}, "set DESKPULSE_HASH_KEY or DESKPULSE_HASH_KEY_FILE"),
        ({"DEMO_SECRET": ""}, "sources.acme.secrets[0] refers to it"),
        ({"DEMO_SECRET": "whsec_?"}, "sources.acme.secrets[0]: whsec_ must be followed by base64"),
        ({"DESKPULSE_SPOOL_MAX_AGE": "1w"}, "DESKPULSE_SPOOL_MAX_AGE: expected a span such as 12h or 7d"),
        ({"DESKPULSE_SPOOL_DIR": "/proc/spool"}, "DESKPULSE_SPOOL_DIR: can't keep messages in /proc/spool"),
        ({"KAFKA_PARTITIONS": "none"}, "KAFKA_PARTITIONS: expected a whole number from 1 on, got 'none'"),
        ({"DESKPULSE_CONFIG": "/nowhere.yml"}, "/nowhere.yml: No such file or directory"),
        (
            {"DESKPULSE_CONFIG": "wrong.yml"},
            "sources.acme.adapter: there is no adapter 'fax'; this version has: chatwoot, ",
        ),
    ],
)
def test_a_configuration_that_cannot_be_used_is_one_sentence(
    config: str, tmp_path: Path, change: dict[str, str], sentence: str
) -> None:
    (tmp_path / "wrong.yml").write_text("sources: {acme: {adapter: fax}}")
    env = {
        "DESKPULSE_CONFIG": config,
        "DESKPULSE_HASH_KEY": "key",
        "DEMO_SECRET": "secret",
        "PATH": "/usr/bin:/bin",
    }

    done = subprocess.run(
        [sys.executable, "-m", "ingest", "serve", "--port", "1"],
        env=env | change,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr.strip().endswith(sentence) or sentence in done.stderr
    assert "Traceback" not in done.stderr
