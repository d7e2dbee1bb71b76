"""Posting as fast as a server answers, or at a given rate, over connections that stay open."""

import socket
import threading
import time
from collections.abc import Callable, Sequence


def flood(port: int, requests: Sequence[bytes], *, connections: int, seconds: float) -> float:
    """Answers per second when each of `connections` posts again as soon as it has its answer."""
    end = time.perf_counter() + seconds
    counts = [0] * connections

    def post(number: int) -> None:
        with connected(port) as line:
            turn = number
            while time.perf_counter() < end:
                ask(line, requests[turn % len(requests)])
                counts[number] += 1
                turn += connections

    begun = time.perf_counter()
    _together(connections, post)
    return sum(counts) / (time.perf_counter() - begun)


def paced(
    port: int, requests: Sequence[bytes], *, connections: int, rate: float, seconds: float
) -> list[float]:
    """Seconds from when a request was due, at `rate` a second, until its answer; sorted."""
    late: list[list[float]] = [[] for _ in range(connections)]
    begun = time.perf_counter()

    def post(number: int) -> None:
        with connected(port) as line:
            turn = number
            while (due := turn / rate) < seconds:
                time.sleep(max(0.0, begun + due - time.perf_counter()))
                ask(line, requests[turn % len(requests)])
                late[number].append(time.perf_counter() - begun - due)
                turn += connections

    _together(connections, post)
    return sorted(second for own in late for second in own)


def request(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """A request as it goes over the wire."""
    lines = [f"POST {path} HTTP/1.1", "Host: bench", "Content-Type: application/json"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body


def _together(count: int, work: Callable[[int], None]) -> None:
    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def connected(port: int) -> socket.socket:
    """A connection that stays open; close it."""
    line = socket.create_connection(("127.0.0.1", port), timeout=30)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return line


def ask(line: socket.socket, asked: bytes) -> None:
    """Post one request and take its answer, which must be 202."""
    line.sendall(asked)
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += _more(line)
    head, _, body = answer.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
    while len(body) < length:
        body += _more(line)
    if not head.startswith(b"HTTP/1.1 202"):
        raise RuntimeError((head + body).decode())


def _more(line: socket.socket) -> bytes:
    part = line.recv(65_536)
    if not part:
        raise RuntimeError("the server hung up")
    return part
