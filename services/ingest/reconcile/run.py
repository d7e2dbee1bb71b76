"""Reconciling: one request after the other, whose events count once Kafka has them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Protocol, TypeAlias

from ingest.canonical import messages
from ingest.privacy import Privacy
from ingest.reconcile.progress import Display
from ingest.reconcile.state import State, save
from ingest.sources.contract import Fault, Origin
from ingest.sources.history import Answer, History, Page, Request
from streams.publisher import Message

_CHUNK: Final = 500
_PATIENCE_SECONDS: Final = 30.0

Fetch: TypeAlias = Callable[[Request], Answer | None]


class Sink(Protocol):
    """Where messages become durable: `streams.publisher.Publisher`."""

    def publish(self, messages: Sequence[Message], timeout: float) -> None:
        """Return once all is durable; raises Unavailable."""


@dataclass(frozen=True, slots=True)
class Job:
    """Whose history is read, by what, and where the state is kept."""

    origin: Origin
    history: History
    privacy: Privacy
    state: Path


def run(job: Job, begun: State, fetch: Fetch, sink: Sink, display: Display) -> State:
    """Do all that `begun` has to do; gives the state at the end.

    The state file follows each answer that is durable and is removed at the end. Raises Refused, Unanswered,
    PayloadInvalid and Unavailable; what is durable by then stays so, and the state file says how far that is.
    """
    state = begun
    save(job.state, state)
    while state.todo:
        page = _answered(job, state.todo[0], fetch)
        told = messages(page.reading.events, job.privacy)
        for first in range(0, len(told), _CHUNK):
            sink.publish(told[first : first + _CHUNK], _PATIENCE_SECONDS)
        state = state.after(page, len(told))
        save(job.state, state)
        display.at(state, page.reached)
    job.state.unlink(missing_ok=True)
    return state


def _answered(job: Job, request: Request, fetch: Fetch) -> Page:
    answer = fetch(request)
    if answer is None:
        return Page()
    page = job.history.read(request, answer, job.origin)
    place = request.path.partition("?")[0]
    faults = [Fault(f"{place}: {fault.field}", fault.reason) for fault in page.faults]
    return replace(page, faults=faults)
