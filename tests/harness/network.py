"""The network between two parts: a TCP proxy that can be cut, slowed down, and made to lose answers.

with between(stack.mongo) as link, worker({**env, "MONGODB_URI": link.address}, logs):
    with link.cut(silently=True):
        ...
"""

import asyncio
import re
import socket
import struct
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from threading import Thread
from time import monotonic
from typing import Any, Final

from local import ports
from local.ports import HOST

_PORTION: Final = 16_384
_IN_FLIGHT: Final = 64
_TURN_SECONDS: Final = 0.02
_RESET: Final = struct.pack("ii", 1, 0)
_ADDRESS: Final = re.compile(re.escape(HOST) + r":(\d+)")

Read = Callable[[socket.socket], Awaitable[bytes]]


@dataclass
class _Trouble:
    """What is wrong with a link: `delay` (s) each way, `rate` (bytes a second each way of a connection), and
    after which request (one that holds `vanish_after`) answers vanish. `vanished`: how many have."""

    delay: float = 0.0
    rate: float = float("inf")
    vanish_after: bytes | None = None
    vanishing: bool = False
    vanished: int = 0


class Link:
    """A way to `target`, an address (or a URL) with one port of this machine in it.

    `address` is the same by the link. A broker and a MongoDB tell their clients where they are: over a link
    they are said to be at the link, so that nobody gets around it.
    """

    def __init__(self, target: str) -> None:
        found = _ADDRESS.search(target)
        assert found is not None, f"no address of this machine in {target}"
        self._target, port = int(found[1]), ports.free_port()
        self.address = target.replace(found[0], f"{HOST}:{port}")
        self._names = tuple(zip(_names(self._target), _names(port), strict=True))
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind((HOST, port))
        self._listener.setblocking(False)
        self._trouble = _Trouble()
        self._sockets: set[socket.socket] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="link", daemon=True)
        self._thread.start()
        self._do(self._open())

    @property
    def vanished(self) -> int:
        """How many answers have vanished so far."""
        return self._trouble.vanished

    @contextmanager
    def cut(self, *, silently: bool = False) -> Iterator[None]:
        """Nobody gets through until the block ends: connections are reset and new ones refused.

        `silently`: as if every packet was dropped, by a firewall that forgets what it knew of. Connections
        are never answered again and never reset, and new ones not answered until the block ends.
        """
        with ExitStack() as places:
            self._do(self._drop(places) if silently else self._refuse())
            try:
                yield
            finally:
                self._do(self._open())

    @contextmanager
    def half_open(self, after: bytes = b"") -> Iterator[None]:
        """From the next request with `after` in it on, requests arrive and answers don't, until the block
        ends. A connection that has missed an answer gets none ever after, and stays up."""
        self._trouble.vanish_after = after
        try:
            yield
        finally:
            self._do(self._heal())

    @contextmanager
    def slow(self, delay: float = 0.2, rate: float = 50_000) -> Iterator[None]:
        """Until the block ends everything is `delay` seconds under way, in each direction, and `rate` bytes
        a second come through in each direction of a connection."""
        self._trouble.delay, self._trouble.rate = delay, rate
        try:
            yield
        finally:
            self._trouble.delay, self._trouble.rate = 0.0, float("inf")

    def close(self) -> None:
        """Cut it for good."""
        self._do(self._refuse())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._listener.close()

    def _do(self, action: Coroutine[Any, Any, None]) -> None:
        """Do `action` on the link's thread."""
        asyncio.run_coroutine_threadsafe(action, self._loop).result(10)

    async def _heal(self) -> None:
        # On the link's thread, where no request is half looked at.
        self._trouble.vanish_after, self._trouble.vanishing = None, False

    async def _open(self) -> None:
        self._listener.listen(128)
        self._begin(self._accept())

    async def _refuse(self) -> None:
        await self._stand_still()
        # It listens no more and keeps its port, which nobody else may find free.
        self._listener.shutdown(socket.SHUT_RDWR)
        for end in self._sockets:
            _reset(end)
        self._sockets.clear()

    async def _drop(self, places: ExitStack) -> None:
        await self._stand_still()
        # With the few places of its queue taken, the kernel drops whoever else knocks.
        self._listener.listen(0)
        for _ in range(2):
            place = places.enter_context(socket.socket())
            place.setblocking(False)
            place.connect_ex(self._listener.getsockname())

    async def _stand_still(self) -> None:
        """Carry nothing any more; the sockets stay as they are."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _accept(self) -> None:
        while True:
            client, _ = await self._loop.sock_accept(self._listener)
            self._begin(self._join(client))

    async def _join(self, client: socket.socket) -> None:
        """Take `client` to the server and back, until both have nothing more to say."""
        server = socket.socket()
        ends = (client, server)
        self._sockets.update(ends)
        try:
            server.setblocking(False)
            await self._loop.sock_connect(server, (HOST, self._target))
            for end in ends:
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            async with asyncio.TaskGroup() as ways:
                ways.create_task(self._carry(self._request, client, server))
                ways.create_task(self._carry(self._answer, server, client))
        except* OSError:
            for end in ends:
                _reset(end)
        # Not reached where the link is cut: then the sockets stay as they are.
        for end in ends:
            end.close()
        self._sockets.difference_update(ends)

    async def _carry(self, read: Read, source: socket.socket, sink: socket.socket) -> None:
        under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(_IN_FLIGHT)
        async with asyncio.TaskGroup() as both:
            both.create_task(self._take(read, source, under_way))
            both.create_task(self._deliver(under_way, sink))

    async def _take(
        self, read: Read, source: socket.socket, under_way: asyncio.Queue[tuple[float, bytes]]
    ) -> None:
        data = b"to begin with"
        while data:
            data = await read(source)
            await under_way.put((monotonic(), data))

    async def _deliver(self, under_way: asyncio.Queue[tuple[float, bytes]], sink: socket.socket) -> None:
        data = b"to begin with"
        while data:
            set_out, data = await under_way.get()
            began = monotonic()
            while (left := self._arrival(set_out, began, len(data)) - monotonic()) > 0:
                # In turns: the trouble may be over before.
                await asyncio.sleep(min(left, _TURN_SECONDS))
            await self._loop.sock_sendall(sink, data)
        sink.shutdown(socket.SHUT_WR)

    def _arrival(self, set_out: float, began: float, size: int) -> float:
        return max(set_out + self._trouble.delay, began + size / self._trouble.rate)

    async def _request(self, client: socket.socket) -> bytes:
        """What comes next from `client`, b"" at the end."""
        data = await self._loop.sock_recv(client, _PORTION)
        marker = self._trouble.vanish_after
        self._trouble.vanishing |= marker is not None and marker in data
        return data

    async def _answer(self, server: socket.socket) -> bytes:
        """What comes next from `server`, b"" at the end."""
        data = await self._loop.sock_recv(server, _PORTION)
        while any(data.endswith(name[:most]) for name, _ in self._names for most in range(3, len(name))):
            data += await self._loop.sock_recv(server, _PORTION)
        if self._trouble.vanishing:
            self._trouble.vanished += 1
            await asyncio.Event().wait()
        for name, by_link in self._names:
            data = data.replace(name, by_link)
        return data


@contextmanager
def between(target: str) -> Iterator[Link]:
    """A link to `target` for as long as the block lasts. Close its clients within the block."""
    link = Link(target)
    try:
        yield link
    finally:
        link.close()


def _names(port: int) -> tuple[bytes, bytes]:
    """How a MongoDB and a broker on `port` tell where they are; as long for each port of five digits."""
    text = f"{HOST}:{port}".encode()
    return text, HOST.encode() + struct.pack(">i", port)


def _reset(end: socket.socket) -> None:
    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    end.close()
