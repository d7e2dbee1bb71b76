"""Importing: two passes over the file, and chunks that count once Kafka has them."""

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final, Protocol

from msgspec.structs import replace

from events.types import PostedEvent
from ingest.canonical import messages
from ingest.importer.lines import Lines, Rejected, read_lines
from ingest.importer.mapping import Mapping
from ingest.importer.progress import Display, Pass
from ingest.importer.rejects import Rejects
from ingest.importer.rows import Row, Rows, rows_of
from ingest.importer.state import State, save
from ingest.importer.template import Place, RowUnusable, Translator
from ingest.privacy import Privacy
from streams.publisher import Message

_CHUNK_ROWS: Final = 500
_CHUNKS_UNDER_WAY: Final = 4


class Sink(Protocol):
    """Where messages become durable: `streams.publisher.Publisher`."""

    def send(self, messages: Sequence[Message]) -> list[Any]:
        """Hand over without waiting; raises Unavailable."""

    def wait(self, sent: Sequence[Any]) -> None:
        """Return once all is durable; raises Unavailable."""


@dataclass(frozen=True, slots=True)
class Job:
    """What to import, and where its state and its rejected rows are kept."""

    file: Path
    mapping: Mapping
    source: str
    privacy: Privacy
    state: Path
    rejects: Path


@dataclass(slots=True)
class _Chunk:
    """Some rows: what they gave, and the state once that is durable."""

    state: State
    messages: list[Message]
    rejected: list[Rejected]


def run(job: Job, begun: State, sink: Sink, display: Display) -> State:
    """Publish everything in the job's file after the state `begun`; gives the state at the end.

    The state file follows each chunk that is durable and is removed at the end. Raises Unavailable and
    FileUnusable; what is durable by then stays so, and the state file says how far that is.
    """
    translator = Translator(job.mapping, job.source, job.privacy.hash_key)
    firsts = _firsts(job, translator, display)
    state = begun
    under_way: deque[tuple[_Chunk, list[Any]]] = deque()
    with closing(Rejects(job.rejects, begun.reject_bytes)) as rejects:

        def settle() -> State:
            chunk, sent = under_way.popleft()
            sink.wait(sent)
            settled = replace(chunk.state, reject_bytes=rejects.add(chunk.rejected))
            save(job.state, settled)
            return settled

        for chunk in _chunks(job, begun, translator, firsts, display):
            under_way.append((chunk, sink.send(chunk.messages)))
            if len(under_way) == _CHUNKS_UNDER_WAY:
                state = settle()
        while under_way:
            state = settle()
    job.state.unlink(missing_ok=True)
    return state


def _firsts(job: Job, translator: Translator, display: Display) -> dict[str, Place]:
    if not job.mapping.needs_firsts():
        return {}
    with _rows(job, display.begin("Looking for first rows")) as rows:
        return translator.firsts(rows)


def _chunks(
    job: Job, begun: State, translator: Translator, firsts: dict[str, Place], display: Display
) -> Iterator[_Chunk]:
    with _rows(job, display.begin("Importing")) as rows:
        remaining = (row for row in rows if row.line > begun.line)
        state = begun
        while some := list(islice(remaining, _CHUNK_ROWS)):
            chunk = _chunk(some, state, translator, firsts, job.privacy)
            state = chunk.state
            yield chunk


def _chunk(
    rows: list[Row | Rejected],
    before: State,
    translator: Translator,
    firsts: dict[str, Place],
    privacy: Privacy,
) -> _Chunk:
    told: list[Message] = []
    rejected: list[Rejected] = []
    silent = 0
    for row in rows:
        given = _events(row, translator, firsts)
        if isinstance(given, Rejected):
            rejected.append(given)
            continue
        silent += not given
        told.extend(messages(given, privacy))
    state = replace(
        before,
        line=rows[-1].line,
        used=before.used + len(rows) - len(rejected) - silent,
        silent=before.silent + silent,
        rejected=before.rejected + len(rejected),
        events=before.events + len(told),
    )
    return _Chunk(state, told, rejected)


def _events(
    row: Row | Rejected, translator: Translator, firsts: dict[str, Place]
) -> list[PostedEvent] | Rejected:
    if isinstance(row, Rejected):
        return row
    try:
        return translator.events(row, firsts)
    except RowUnusable as why:
        return Rejected(row.line, str(why))


@contextmanager
def _rows(job: Job, bar: Pass) -> Iterator[Rows]:
    """The rows of the job's file, each looked at by `bar`."""
    with job.file.open("rb") as file:
        lines = Lines(read_lines(file, job.mapping.encoding))

        def watched() -> Rows:
            count = 0
            for count, row in enumerate(rows_of(lines, job.mapping), 1):
                if count % _CHUNK_ROWS == 0:
                    bar.at(file.tell(), count)
                yield row
            bar.at(file.tell(), count)

        yield watched()
