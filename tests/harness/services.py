"""The services as the real processes that they are, on free ports."""

import base64
import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from nacl.public import PrivateKey

from local import ports, process, services
from local.services import Service
from local.stack import Stack

API_TOKEN = "token-of-the-tests"
HASH_KEY = "a-hash-key-that-only-tests-use-0123456789"
CONFIG = Path(__file__).parents[1] / "fixtures/deskpulse.yml"
CONTACT_PRIVATE_KEY = "3q2+796tvu/erb7v3q2+796tvu/erb7v3q2+796tvu8="
CONTACT_PUBLIC_KEY = base64.b64encode(
    bytes(PrivateKey(base64.b64decode(CONTACT_PRIVATE_KEY)).public_key)
).decode()
DEMO_SECRET = "whsec_dGVzdHMtc2lnbi13aXRoLXRoaXMtc2VjcmV0LWFsb25l"

PORT_VARIABLES = (*(service.variable for service in services.SERVICES), "MONGO_PORT", "KAFKA_PORT")
"""The variables that move the ports of `make run`."""


@dataclass(frozen=True, slots=True)
class RunningService:
    """A service that was ready once. Leaving its context manager stops it, however it fares by then."""

    child: process.Child
    port: int

    @property
    def log(self) -> Path:
        """The file with what it wrote to standard output and error."""
        return self.child.log

    def written(self) -> str:
        """What is in that file so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def url(self, path: str = "") -> str:
        """Its address of `path`."""
        return services.url(self.port, path)

    def is_alive(self) -> bool:
        """Whether it still runs."""
        return self.child.is_alive()

    def kill(self) -> int:
        """SIGKILL to it and its own children; gives the exit code."""
        return self.child.kill()

    def stop(self) -> int:
        """SIGTERM (SIGKILL after 10 s); gives the exit code: 0 where it stopped as it should."""
        return self.child.stop()


def environment(stack: Stack, database: str, **more: str) -> dict[str, str]:
    """A whole environment for a service: this one's, the addresses, tokens and keys, and `more`."""
    return {
        **os.environ,
        "KAFKA_BOOTSTRAP_SERVERS": stack.kafka,
        "MONGODB_URI": stack.mongo,
        "MONGODB_DATABASE": database,
        "DESKPULSE_CONFIG": str(CONFIG),
        "DESKPULSE_API_TOKEN": API_TOKEN,
        "DESKPULSE_HASH_KEY": HASH_KEY,
        "DESKPULSE_CONTACT_PUBLIC_KEY": CONTACT_PUBLIC_KEY,
        "DESKPULSE_CONTACT_PRIVATE_KEY": CONTACT_PRIVATE_KEY,
        "DEMO_SECRET": DEMO_SECRET,
        **more,
    }


@contextmanager
def running(
    service: Service, env: Mapping[str, str], logs: Path, *, port: int | None = None, ready: bool = True
) -> Iterator[RunningService]:
    """`service` as a process with `env`, its log in the directory `logs`.

    `ready=False` hands it over at once; else once it says that it is ready, or raises CannotRun with the
    end of its log.
    """
    chosen = port or ports.free_port()
    env = {"DESKPULSE_SPOOL_DIR": str(logs / f"spool-{chosen}"), **env}
    child = services.start(service, chosen, log=logs / f"{service.name}-{chosen}.log", env=env)
    try:
        if ready:
            services.await_ready(child, chosen)
        yield RunningService(child, chosen)
    finally:
        child.stop()


def ingest(env: Mapping[str, str], logs: Path) -> AbstractContextManager[RunningService]:
    """`python -m ingest serve`."""
    return running(services.INGEST, env, logs)


def worker(env: Mapping[str, str], logs: Path) -> AbstractContextManager[RunningService]:
    """`python -m metrics worker`."""
    return running(services.WORKER, env, logs)


def metrics(env: Mapping[str, str], logs: Path) -> AbstractContextManager[RunningService]:
    """`python -m metrics serve`."""
    return running(services.METRICS, env, logs)


def feedback_worker(env: Mapping[str, str], logs: Path) -> AbstractContextManager[RunningService]:
    """`python -m feedback worker`."""
    return running(services.FEEDBACK_WORKER, env, logs)


def feedback(
    env: Mapping[str, str], logs: Path, port: int | None = None
) -> AbstractContextManager[RunningService]:
    """`python -m feedback serve`."""
    return running(services.FEEDBACK, env, logs, port=port)
