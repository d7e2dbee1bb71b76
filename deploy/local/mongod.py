"""A real MongoDB on this machine."""

from pathlib import Path
from typing import Final

from local import binaries, disk, libraries, process, replica_set
from local.ports import HOST

_READY_SECONDS: Final = 60.0


def start(data: Path, log: Path, port: int) -> process.Child:
    """Start `mongod` with its files in `data`. Raises CannotRun for a missing library or a full disk."""
    data.mkdir(parents=True, exist_ok=True)
    disk.require_space(data)
    program = binaries.mongod()
    libraries.require(libraries.missing(program), "mongod")
    return process.start("mongod", _command(program, data, port), log=log)


def await_primary(child: process.Child, port: int) -> None:
    """Return once the server takes writes. Raises CannotRun."""
    host = f"{HOST}:{port}"
    with replica_set.direct_client(host) as client:
        child.await_condition(lambda: replica_set.advance(client, host), _READY_SECONDS, "takes no writes")


def uri(port: int) -> str:
    """How clients reach it."""
    return f"mongodb://{HOST}:{port}/?replicaSet={replica_set.NAME}"


def _command(program: Path, data: Path, port: int) -> list[str | Path]:
    options = {
        "--replSet": replica_set.NAME,
        "--bind_ip": HOST,
        "--port": str(port),
        "--dbpath": str(data),
        "--wiredTigerCacheSizeGB": "0.25",
        "--oplogSize": "512",
    }
    parameters = {
        "diagnosticDataCollectionEnabled": "false",
        # A primary that stops waits 15 s for somebody to take over: here is nobody.
        "shutdownTimeoutMillisForSignaledShutdown": "100",
    }
    named = [word for option in options.items() for word in option]
    set_ = [word for name, value in parameters.items() for word in ("--setParameter", f"{name}={value}")]
    return [program, *named, *set_, "--nounixsocket"]
