"""`make run`, as a person has it: one command, real services, Ctrl-C."""

import os
import shlex
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from harness import processes, wait
from harness.services import PORT_VARIABLES
from local import ports, web

EVERYTHING_RUNS = "Ctrl-C stops everything"
OURS = ("KAFKA_BOOTSTRAP_SERVERS", "MONGODB_URI", "DESKPULSE_API_TOKEN", "DESKPULSE_HASH_KEY", "DEMO_SECRET")


@dataclass
class Launch:
    """A launcher that runs, and where it says what."""

    process: subprocess.Popen[bytes]
    mark: str
    ports: dict[str, int]
    home: Path

    def said(self) -> str:
        return (self.home / "stdout").read_text()

    def complained(self) -> str:
        return (self.home / "stderr").read_text()

    def commands(self) -> list[list[str]]:
        """The curl commands that it printed."""
        lines = [line.strip() for line in self.said().splitlines()]
        return [shlex.split(line) for line in lines if line.startswith("curl ")]

    def child(self, words: str) -> int:
        """The id of the launcher's own child whose command line has `words`."""
        (pid,) = (
            pid
            for pid in processes.marked(self.mark)
            if words in processes.command(pid) and processes.parent(pid) == self.process.pid
        )
        return pid

    def has_child(self, words: str) -> bool:
        """Whether there is a process whose command line has `words`."""
        return any(words in processes.command(pid) for pid in processes.marked(self.mark))

    def everything_runs(self) -> bool:
        assert self.process.poll() is None, self.complained()
        return EVERYTHING_RUNS in self.said()


def status_of(command: list[str]) -> int:
    """The HTTP status that the curl `command` gets; curl itself needn't be there."""
    address = next(word for word in command if word.startswith("http://"))
    options = list(pairwise(command))
    headers = dict(value.split(": ", 1) for option, value in options if option == "-H")
    body = next((value.encode() for option, value in options if option == "-d"), None)
    return web.request("GET" if body is None else "POST", address, body, headers).status


@contextmanager
def launched(home: Path) -> Iterator[Launch]:
    home.mkdir(exist_ok=True)
    mark, chosen = uuid.uuid4().hex, {name: ports.free_port() for name in PORT_VARIABLES}
    env = {name: value for name, value in os.environ.items() if name not in OURS}
    env |= {processes.MARK: mark, **{name: str(port) for name, port in chosen.items()}}
    with (
        (home / "stdout").open("wb") as stdout,
        (home / "stderr").open("wb") as stderr,
        subprocess.Popen(
            [sys.executable, "-m", "local", "run", "--data", str(home / "run")],
            env=env,
            stdout=stdout,
            stderr=stderr,
        ) as process,
    ):
        try:
            yield Launch(process, mark, chosen, home)
        finally:
            process.kill()
            process.wait()
            processes.kill(mark)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("launcher")


def test_it_says_where_to_look_stops_on_ctrl_c_and_finds_its_data_again(home: Path) -> None:
    for greeting in ("Posting a demonstration week", "The demonstration week is there already"):
        with launched(home) as launch:
            wait.until(launch.everything_runs, 120, "everything to run")
            assert greeting in launch.said()
            assert [status_of(command) for command in launch.commands()[:-2]] == [200] * 13

            launch.process.send_signal(signal.SIGINT)

            assert launch.process.wait(30) == 0
            assert processes.marked(launch.mark) == []
            assert launch.complained() == ""


def test_an_event_posted_by_the_printed_command_becomes_a_ticket(home: Path) -> None:
    with launched(home) as launch:
        wait.until(launch.everything_runs, 120, "everything to run")
        *_, post, look = launch.commands()

        assert status_of(post) == 202

        wait.until(lambda: status_of(look) == 200, 30, "the facts of the posted ticket")


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("mongod", "mongod"),
        ("tansu", "broker"),
        ("metrics worker", "metrics-worker"),
        ("feedback worker", "feedback-worker"),
        ("ingest", "ingest"),
    ],
)
def test_a_part_that_dies_is_named_and_everything_else_is_stopped(home: Path, words: str, name: str) -> None:
    with launched(home) as launch:
        wait.until(launch.everything_runs, 120, "everything to run")

        os.kill(launch.child(words), signal.SIGKILL)

        assert launch.process.wait(40) == 1
        assert launch.complained().startswith(f"deskpulse: {name} ended with signal SIGKILL; its log ")
        assert processes.marked(launch.mark) == []


def test_a_launcher_that_is_killed_takes_all_services_with_it(home: Path) -> None:
    with launched(home) as launch:
        wait.until(launch.everything_runs, 120, "everything to run")

        launch.process.kill()

        wait.until(lambda: not processes.marked(launch.mark), 15, "the end of all services")


def test_ctrl_c_while_it_starts_stops_everything_cleanly(home: Path) -> None:
    with launched(home) as launch:
        wait.until(lambda: launch.has_child("--replSet"), 30, "the first child")

        launch.process.send_signal(signal.SIGINT)

        assert launch.process.wait(30) == 0
        assert processes.marked(launch.mark) == []
        assert launch.complained() == ""
