"""What a person meets who starts a command with something missing: one sentence, and no trace."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from local import ports
from local.stack import Stack

NOWHERE = f"127.0.0.1:{ports.free_port()}"


def told(env: dict[str, str], *words: str) -> tuple[int, str]:
    """Exit code and the last line on standard error."""
    done = subprocess.run(
        [sys.executable, "-m", "metrics", *words], env={**os.environ, **env}, capture_output=True, check=False
    )
    text = done.stderr.decode()
    assert "Traceback" not in text, text
    return done.returncode, text.splitlines()[-1]


def config(directory: Path, text: str) -> dict[str, str]:
    """An environment with this configuration."""
    path = directory / "deskpulse.yml"
    path.write_text(text, encoding="utf-8")
    return {"DESKPULSE_CONFIG": str(path), "MONGODB_URI": f"mongodb://{NOWHERE}/?replicaSet=rs0"}


def test_a_worker_without_kafka_says_so(stack: Stack, tmp_path: Path) -> None:
    env = {**config(tmp_path, ""), "MONGODB_URI": stack.mongo, "KAFKA_BOOTSTRAP_SERVERS": NOWHERE}

    code, sentence = told(env, "worker", "--port", str(ports.free_port()))

    assert code == 1
    assert sentence.startswith("metrics: Kafka fails, KAFKA_BOOTSTRAP_SERVERS says where it is: ")


def test_a_command_without_mongodb_says_so(tmp_path: Path) -> None:
    code, sentence = told(config(tmp_path, ""), "verify")

    assert code == 1
    assert sentence.startswith("metrics: MongoDB fails, MONGODB_URI says where it is: ")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("policies: [{name: x, calendar: always, targets: {first_answer: 1h}}]", "policies[0].targets: "),
        ("policies: [{name: x, calendar: rome, targets: {update: 1h}}]", "no calendar is called rome"),
        ("calendars: {x: {timezone: Europe/Nowhere, hours: {mon: ['09:00-10:00']}}}", "calendars.x.timezone"),
        ("alerts: [{notify: [env:NOBODY_SET_THIS]}]", "set NOBODY_SET_THIS"),
        ("colours: 1", "colours"),
    ],
)
def test_a_configuration_is_checked_whole_before_anything_is_asked_for(
    tmp_path: Path, text: str, words: str
) -> None:
    code, sentence = told(config(tmp_path, text), "worker", "--port", str(ports.free_port()))

    assert code == 2
    assert words in sentence
