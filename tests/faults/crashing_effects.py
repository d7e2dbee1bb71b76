"""What a worker does to the world outside, effect by effect, and its death at one of them.

Lives in the worker's own process. An effect is a command to MongoDB or a request to Kafka; it has two
moments: before it leaves the process, and after its answer has come, of which nobody here knows yet.
"""

import os
import signal
import threading
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, Final

from kafka.protocol.parser import KafkaProtocol
from pymongo import monitoring

from events.topics import TICKETS
from metrics.eraser import Eraser
from streams.consumer import ExactlyOnce
from streams.publisher import Publisher
from streams.renewal import Renewal

_ASKING: Final = {
    "ApiVersions",
    "DescribeTopicPartitions",
    "Fetch",
    "FindCoordinator",
    "ListOffsets",
    "Metadata",
    "OffsetFetch",
}
"""Requests to Kafka that only ask."""
_CARRYING_ON: Final = {"hello", "getMore"}
"""Commands to MongoDB that greet, or have the rest of an answer come: as often as it is long."""


LEAVING: Final = "leaving"
_PHASES: Final[tuple[tuple[type, str, Callable[[Any], str]], ...]] = (
    (ExactlyOnce, "turn", lambda _: "turn"),
    (ExactlyOnce, "_adopt_assigned", lambda _: "adoption"),
    (Renewal, "complete", lambda _: "renewal"),
    (ExactlyOnce, "_transact", lambda args: "deadlines" if args[3] is None else "batch"),
    (Eraser, "erase", lambda _: "erasure"),
    (Eraser, "strip", lambda _: "stripping"),
    (ExactlyOnce, "close", lambda _: LEAVING),
)
"""Whose method, and what a consumer is at while in it (by the arguments)."""
_OF_TICKETS: Final = "tickets "
"""Comes before what the consumer of facts is at; the other consumer's phases have nothing before them."""


class Trace:
    """Writes every moment to the file `path` as it comes, and kills this process at `point` when it comes
    there for the `nth` time."""

    def __init__(self, path: Path, point: str, nth: int) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._point, self._times = point, nth
        self._lock = threading.Lock()
        self._local = threading.local()
        self.phase = "start"

    @property
    def phase(self) -> str:
        """What this thread is at; "" in threads that are no consumer's."""
        return getattr(self._local, "phase", "")

    @phase.setter
    def phase(self, phase: str) -> None:
        self._local.phase = phase

    def reach(self, moment: str) -> None:
        """Be at `moment`."""
        with self._lock:
            # No buffer of this process: the kernel has it, whatever becomes of us.
            os.write(self._file, f"{moment}\n".encode())
            self._times -= moment == self._point
            if not self._times:
                os.kill(os.getpid(), signal.SIGKILL)


def install(trace: Trace) -> None:
    """Have `trace` told of everything that this process does from now on."""
    _tell_phases(trace)
    _tell_requests(trace)
    monitoring.register(_Commands(trace))


def _tell_phases(trace: Trace) -> None:
    """An effect is named after what the worker is at."""

    def within(owner: type, name: str, phase: Callable[[Any], str]) -> None:
        method = getattr(owner, name)

        @wraps(method)
        def told(*args: Any, **options: Any) -> Any:
            outer, trace.phase = trace.phase, _whose(args[0], trace.phase) + phase(args)
            try:
                return method(*args, **options)
            finally:
                # Nothing comes after leaving.
                if not trace.phase.endswith(LEAVING):
                    trace.phase = outer

        setattr(owner, name, told)

    for owner, name, phase in _PHASES:
        within(owner, name, phase)


def _whose(owner: object, outer: str) -> str:
    """What comes before a phase in a method of `owner` that is called in the phase `outer`."""
    of_tickets = owner._topic == TICKETS if isinstance(owner, ExactlyOnce) else outer.startswith(_OF_TICKETS)
    return _OF_TICKETS if of_tickets else ""


def _tell_requests(trace: Trace) -> None:
    said: dict[str, str] = {}  # topic → when something was last handed over for it
    send, send_request, receive = Publisher.send, KafkaProtocol.send_request, KafkaProtocol.receive_bytes
    under_way: dict[tuple[KafkaProtocol, int], list[str]] = {}

    def sending(publisher: Publisher, messages: Any) -> list[Any]:
        said.update((message.topic, trace.phase) for message in messages)
        return send(publisher, messages)

    def requesting(protocol: KafkaProtocol, request: Any, correlation_id: int | None = None) -> int:
        names = _names(request, said)
        for name in names:
            trace.reach(f"before {name}")
        number: int = send_request(protocol, request, correlation_id)
        under_way[protocol, number] = names
        return number

    def receiving(protocol: KafkaProtocol, data: bytes) -> list[tuple[int, Any]]:
        answers: list[tuple[int, Any]] = receive(protocol, data)
        for number, _ in answers:
            for name in under_way.pop((protocol, number)):
                trace.reach(f"after {name}")
        return answers

    Publisher.send = sending  # type: ignore
    KafkaProtocol.send_request, KafkaProtocol.receive_bytes = requesting, receiving


def _names(request: Any, said: dict[str, str]) -> list[str]:
    """The effects of a request to Kafka: one, none, or one for each topic that is published to."""
    name = type(request).__name__.removesuffix("Request")
    if name in _ASKING:
        return []
    if name == "Produce":
        return [f"{said[data.name]}: Produce {data.name}" for data in request.topic_data]
    whose = "tickets Kafka" if str(getattr(request, "group_id", "")).endswith("-tickets") else "Kafka"
    # Who joins is given a name first, and joins again under it.
    named = " by name" if name == "JoinGroup" and request.member_id else ""
    return [f"{whose}: {name}{named}"]


class _Commands(monitoring.CommandListener):
    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._under_way: dict[int, str] = {}

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        # Couriers and others work beside the batches, in threads of their own.
        phase = self._trace.phase
        if not phase or event.command_name in _CARRYING_ON:
            return
        name = f"{phase}: {_name(event.command_name, event.command)}"
        self._under_way[event.request_id] = name
        self._trace.reach(f"before {name}")

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        if name := self._under_way.pop(event.request_id, None):
            self._trace.reach(f"after {name}")

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        self._under_way.pop(event.request_id, None)


def _name(name: str, command: Any) -> str:
    """Such as "find tickets by partition", "commitTransaction"."""
    collection = command[name] if isinstance(command[name], str) else ""
    first: dict[str, Any] = next(iter(command.get("updates", ())), {})
    query = command.get("filter") or first.get("q") or {}
    by = "" if set(query) <= {"_id"} else f"by {'+'.join(query)}"
    return " ".join(part for part in (name, collection, by) if part)
