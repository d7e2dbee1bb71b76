"""The services as processes of this machine: one row each."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Final

from local import ports, process, web
from local.failure import CannotRun

_READY_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Service:
    """`arguments` follow `python -m`; `variable` names the port where it isn't `port`."""

    name: str
    arguments: tuple[str, ...]
    variable: str
    port: int


INGEST: Final = Service("ingest", ("ingest", "serve"), "INGEST_PORT", 8001)
WORKER: Final = Service("metrics-worker", ("metrics", "worker"), "METRICS_WORKER_PORT", 8012)
METRICS: Final = Service("metrics", ("metrics", "serve"), "METRICS_PORT", 8002)
FEEDBACK_WORKER: Final = Service("feedback-worker", ("feedback", "worker"), "FEEDBACK_WORKER_PORT", 8013)
FEEDBACK: Final = Service("feedback", ("feedback", "serve"), "FEEDBACK_PORT", 8003)
SERVICES: Final = (INGEST, WORKER, METRICS, FEEDBACK_WORKER, FEEDBACK)


def start(service: Service, port: int, *, log: Path, env: Mapping[str, str]) -> process.Child:
    """Start `service` on `port`; it inherits nothing but `env`."""
    command = [sys.executable, "-m", *service.arguments, "--port", str(port)]
    return process.start(service.name, command, log=log, env=env)


def await_ready(child: process.Child, port: int, beside: Iterable[process.Child] = ()) -> None:
    """Return once `child` says on `port` that it can do its work.

    Raises CannotRun when it doesn't, or when it or one `beside` it ends.
    """
    missing = "it doesn't answer"

    def ready() -> bool:
        nonlocal missing
        process.require_alive(beside)
        try:
            answer = web.get(url(port, "/readyz"))
        except (OSError, HTTPException):
            return False
        missing = answer.detail
        return answer.status == 200

    try:
        child.await_condition(ready, _READY_SECONDS, "isn't ready")
    except process.TooLate as why:
        raise CannotRun(f"{why}: {missing}") from None


def url(port: int, path: str = "") -> str:
    """The address of `path` on `port` of this machine."""
    return f"http://{ports.HOST}:{port}{path}"


def ports_of(services: Sequence[Service], env: Mapping[str, str]) -> dict[Service, int]:
    """Each service's port: its variable in `env`, else its own. Raises CannotRun."""
    return {service: ports.port_of(env, service.variable, service.port) for service in services}
