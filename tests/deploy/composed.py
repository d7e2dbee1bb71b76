"""docker-compose.yml's processes of ours, on this machine: the same commands, variables and probes."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from harness.wait import until
from local import ports, process

ROOT: Final = Path(__file__).parents[2]
FILE: Final = ROOT / "docker-compose.yml"
COMPOSE: Final[dict[str, Any]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
OURS: Final[dict[str, dict[str, Any]]] = {
    name: service for name, service in COMPOSE["services"].items() if service["image"] == "deskpulse"
}
SECRETS: Final = "/run/secrets"
SPOOL: Final = "/var/lib/deskpulse/spool"
# What the Dockerfile and `configs` put where.
_FILES: Final = {
    "/app/probe.py": str(ROOT / "deploy/docker/probe.py"),
    "/etc/deskpulse/deskpulse.yml": str(ROOT / COMPOSE["configs"]["deskpulse"]["file"]),
}


@dataclass(frozen=True, slots=True)
class Outside:
    """What stands here for what a container has: `kafka`, `mongo` (a URI) and `database`, the folder of
    `secrets`, and a `directory` for logs and whatever a container may write."""

    kafka: str
    mongo: str
    database: str
    secrets: Path
    directory: Path

    def environment(self, variables: Mapping[str, str]) -> dict[str, str]:
        """A container's `variables`, with the addresses and paths of here."""
        here = {
            "KAFKA_BOOTSTRAP_SERVERS": self.kafka,
            "MONGODB_URI": self.mongo,
            "MONGODB_DATABASE": self.database,
        }
        return {name: here.get(name) or self.path(value) for name, value in variables.items()}

    def path(self, value: str) -> str:
        """`value`, where it is a path in a container the path of here."""
        for inside, outside in ((SECRETS, self.secrets), (SPOOL, self.directory / "spool")):
            if value.startswith(inside):
                return f"{outside}{value.removeprefix(inside)}"
        return _FILES.get(value, value)


@dataclass(frozen=True, slots=True)
class Composed:
    """A service of the compose file as a process on `port`; `work` is what stands for its folder and for its
    home, where it can't write there."""

    name: str
    port: int
    work: Path
    child: process.Child
    probe: tuple[str, ...]

    def complaint(self) -> str:
        """What its health check says; nothing where it is healthy."""
        try:
            done = subprocess.run(self.probe, capture_output=True, text=True, timeout=20, check=False)
        except subprocess.TimeoutExpired:
            return "no answer in 20 s"
        return done.stderr if done.returncode else ""

    def await_healthy(self) -> None:
        """Return once its health check succeeds."""

        def healthy() -> bool:
            self.child.require_alive()
            return not self.complaint()

        until(healthy, 60, f"the health check of {self.name}")


@contextmanager
def running(outside: Outside) -> Iterator[dict[str, Composed]]:
    """All processes of ours, healthy, until the block ends."""
    started: dict[str, Composed] = {}
    try:
        for name, service in OURS.items():
            started[name] = _start(name, service, outside)
        for one in started.values():
            one.await_healthy()
        yield started
    finally:
        process.stop_all([one.child for one in started.values()])


def _start(name: str, service: Mapping[str, Any], outside: Outside) -> Composed:
    port = ports.free_port()
    work, scratch = outside.directory / name / "work", outside.directory / name / "tmp"
    work.mkdir(parents=True)
    scratch.mkdir()
    command = _words(service["command"], port, outside)
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(work),
        "TMPDIR": str(scratch),
        **outside.environment(service.get("environment", {})),
    }
    child = process.start(
        name, ["env", f"--chdir={work}", *command], log=outside.directory / f"{name}.log", env=env
    )
    return Composed(name, port, work, child, _words(service["healthcheck"]["test"][1:], port, outside))


def _words(words: Sequence[str], port: int, outside: Outside) -> tuple[str, ...]:
    """A command of a container as one of here, its port exchanged for `port`."""
    # A container has an address of its own, a test has the loopback.
    here = {"python": sys.executable, "0.0.0.0": ports.HOST}
    return tuple(str(port) if word.isdigit() else here.get(word) or outside.path(word) for word in words)


def make_secrets(folder: Path) -> None:
    """The secrets, as the command makes them that people call."""
    subprocess.run([ROOT / "deploy/docker/make-secrets", folder], check=True, capture_output=True, timeout=60)


def replace_secret(folder: Path, name: str, value: str) -> None:
    """Another `value` for the secret `name`."""
    (folder / name).unlink()
    (folder / name).write_text(value, encoding="utf-8")
