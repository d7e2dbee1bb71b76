"""A connection that fails gives its socket back.

kafka-python leaves the socket of a refused connection to Python's garbage collection, which our processes run
rarely: while Kafka is away a client tries again each second, and holds hundreds of file descriptors that
webhooks and MongoDB may need.
"""

from functools import wraps
from typing import Any

from kafka.net.inet import KafkaNetSocket


def close_what_fails() -> None:
    """Have every client of this process do so from now on."""
    connect = KafkaNetSocket.sock_connect

    @wraps(connect)
    async def closing(self: Any, net: Any, sock: Any, *args: Any, **options: Any) -> Any:
        try:
            return await connect(self, net, sock, *args, **options)
        except BaseException:
            sock.close()
            raise

    KafkaNetSocket.sock_connect = closing
