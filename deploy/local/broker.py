"""A real Kafka-protocol broker on this machine. It keeps its topics in memory."""

from pathlib import Path
from typing import Final

from local import binaries, ports, process

_READY_SECONDS: Final = 30.0


def start(log: Path, port: int) -> process.Child:
    """Start the broker; nothing of an earlier one is left in it. Raises CannotRun."""
    address = f"tcp://{bootstrap(port)}"
    command: list[str | Path] = [
        binaries.tansu(),
        *("--listener-url", address),
        *("--advertised-listener-url", address),
        *("--storage-engine", "memory://tansu/"),
    ]
    return process.start("broker", command, log=log)


def await_open(child: process.Child, port: int) -> None:
    """Return once the broker answers. Raises CannotRun."""
    child.await_condition(lambda: ports.is_open(port), _READY_SECONDS, "doesn't answer")


def bootstrap(port: int) -> str:
    """How clients reach it."""
    return f"{ports.HOST}:{port}"
