"""TCP ports of this machine's loopback."""

import random
import socket
from collections.abc import Mapping

from local.failure import CannotRun

HOST = "127.0.0.1"


def is_free(port: int) -> bool:
    """Whether a program could listen on `port` now."""
    with socket.socket() as probe:
        # As servers do: connections of a server that has just ended must not keep its port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def is_open(port: int) -> bool:
    """Whether a program listens on `port`."""
    return is_reachable(f"{HOST}:{port}")


def is_reachable(address: str) -> bool:
    """Whether a program listens at `address` ("host:port")."""
    host, _, port = address.strip().rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=3):
            return True
    except (OSError, ValueError, OverflowError):
        return False


def free_port() -> int:
    """A port that nobody listens on, and that nobody else gets from here while this process lives.

    It lies below the range from which the kernel takes ports for outgoing connections, so that none of
    those takes it before its server starts.
    """
    while True:
        port, holder = random.SystemRandom().randrange(20_000, 32_000), socket.socket()
        try:
            holder.bind((HOST, port))
        except OSError:
            holder.close()
            continue
        # From now on whoever sets this too, as servers do, may listen beside it; whoever looks for a port,
        # and so hasn't set it, may not have this one.
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # The descriptor stays open until this process ends.
        holder.detach()
        return port


def port_of(env: Mapping[str, str], variable: str, default: int) -> int:
    """The port that `variable` names in `env`, else `default`. Raises CannotRun."""
    text = env.get(variable, str(default))
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65_536):
        raise CannotRun(f"{variable}={text} is no port: give a number from 1 to 65535")
    return int(text)


def require_free(port: int, what: str, variable: str) -> None:
    """Raise CannotRun, naming the `variable` that moves `what`, unless `port` is free."""
    if not is_free(port):
        raise CannotRun(
            f"port {port} ({what}) is taken by another program: stop that, "
            f"or choose another port with {variable}=…"
        )
