"""Accepted messages on this machine's disk while Kafka is away: durable, bounded, in order."""

import shutil
import time
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Final

from ingest import spool_file
from ingest.group_commit import GroupCommit, wait
from streams.publisher import Message, Unavailable

_HANDOVER_SECONDS: Final = 15.0
_TROUBLE_SECONDS: Final = 10.0
_ROW_BYTES: Final = 32
_LEFT_ALONE: Final = 16 * 1024**2
"""Bytes of the disk that no message takes: on a full one SQLite couldn't even forget what has arrived."""

_INSERT: Final = "INSERT INTO spooled VALUES (?, ?, ?, ?, ?)"
_DELETE: Final = "DELETE FROM spooled WHERE seq = ?"
_SET_ASIDE: Final = "INSERT OR REPLACE INTO refused SELECT * FROM spooled WHERE seq = ?"
_ROWS: Final = "SELECT seq, topic, key, value FROM spooled ORDER BY seq LIMIT ?"
_OLDEST: Final = "SELECT spooled_at FROM spooled ORDER BY seq LIMIT 1"
_DEPTH: Final = "SELECT count(*) FROM spooled"
_BOTH: Final = "(SELECT * FROM spooled UNION ALL SELECT * FROM refused)"
_BYTES: Final = f"SELECT coalesce(sum(length(key) + length(value) + {_ROW_BYTES}), 0) FROM {_BOTH}"  # noqa: S608
_LAST: Final = f"SELECT coalesce(max(seq), 0) FROM {_BOTH}"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where messages are spooled, how many bytes of them at most, and for how many seconds an oldest may wait
    before no more are taken."""

    directory: Path
    max_bytes: int
    max_age: int


@dataclass(frozen=True, slots=True)
class Row:
    """A spooled message; `seq` is its place in the order."""

    seq: int
    message: Message


@dataclass(frozen=True, slots=True)
class Stored:
    """Messages on their way to the disk, with their places in the order."""

    seqs: range
    done: Future[None]

    def wait(self) -> None:
        """Return once all of them are on the disk; raise Unavailable when none of them is."""
        wait(self.done)


class Spool:
    """Takes messages from many threads and gives them to one. Close it.

    `depth` (messages) and `bytes` count those included that are on their way to the disk.
    """

    def __init__(self, bounds: Bounds) -> None:
        """Raises ConfigInvalid where the directory can't be used or is another process's."""
        self._bounds = bounds
        with ExitStack() as opened:
            # A server that reloads starts the new process before the old one has gone.
            opened.enter_context(spool_file.held(bounds.directory, _HANDOVER_SECONDS))
            writer = opened.enter_context(closing(spool_file.connect(bounds.directory)))
            self._reader = opened.enter_context(closing(spool_file.connect(bounds.directory)))
            self._opened = opened.pop_all()
        self._guard = Lock()
        self._trouble: tuple[float, str] | None = None
        self.depth: int = self._ask(_DEPTH)
        self.bytes: int = self._ask(_BYTES)
        self._next: int = self._ask(_LAST) + 1
        self._oldest: float | None = self._ask(_OLDEST)
        self._commits = GroupCommit(writer)

    @property
    def oldest_seconds(self) -> float:
        """How long ago its oldest message was accepted; 0 when it is empty."""
        oldest = self._oldest
        return 0.0 if oldest is None else max(0.0, time.time() - oldest)

    @property
    def trouble(self) -> str | None:
        """Why it takes no messages at present; None while it accepts."""
        lately = self._trouble
        # Not for ever: that it accepts again is only seen when somebody tries.
        if lately is not None and time.monotonic() - lately[0] < _TROUBLE_SECONDS:
            return lately[1]
        return self._full(1)

    def offer(self, messages: Sequence[Message]) -> Stored:
        """Give `messages` their places in the order; wait for what this returns.

        Raises Unavailable, with nothing of them kept, when the spool or its disk is full.
        """
        size, now = sum(map(_size, messages)), time.time()
        with self._guard:
            if why := self._full(size):
                self._trouble = (time.monotonic(), why)
                raise Unavailable(why)
            seqs = range(self._next, self._next + len(messages))
            rows = [(seq, m.topic, m.key, m.value, now) for seq, m in zip(seqs, messages, strict=True)]
            done = self._commits.submit([(_INSERT, rows)])
            self._next = seqs.stop
            self.depth += len(messages)
            self.bytes += size
            self._oldest = self._oldest or now
        done.add_done_callback(lambda result: self._settle(result, len(messages), size))
        return Stored(seqs, done)

    def first(self, count: int, most_bytes: int) -> list[Row]:
        """The first rows on the disk: `count` at most, and, but for the first, no more than `most_bytes`."""
        rows: list[Row] = []
        with closing(self._reader.execute(_ROWS, (count,))) as found:
            for seq, topic, key, value in found:
                row = Row(seq, Message(topic, key, value))
                most_bytes -= _size(row.message)
                if rows and most_bytes < 0:
                    break
                rows.append(row)
        return rows

    def remove(self, rows: Sequence[Row]) -> None:
        """Forget `rows`; returns once that is on the disk. Raises Unavailable."""
        wait(self._commits.submit([(_DELETE, [(row.seq,) for row in rows])]))
        self._forget(len(rows), sum(_size(row.message) for row in rows))

    def set_aside(self, row: Row) -> None:
        """Move `row` to where it stays until a person looks; its bytes still count. Raises Unavailable."""
        wait(self._commits.submit([(_SET_ASIDE, [(row.seq,)]), (_DELETE, [(row.seq,)])]))
        self._forget(1, 0)

    def flush(self) -> None:
        """Return once all that was offered before is on the disk, or refused. Raises Unavailable."""
        wait(self._commits.submit([]))

    def shrink(self) -> None:
        """Give back the room that an empty spool needs no more. Raises sqlite3.Error."""
        for statement in ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
            self._reader.execute(statement).close()

    def close(self) -> None:
        """Write what is on its way and leave; what is spooled stays on the disk."""
        self._commits.close()
        self._opened.close()

    def _settle(self, result: Future[None], count: int, size: int) -> None:
        """Note how writing what was offered went; take it out of the account where it couldn't be."""
        error = result.exception()
        with self._guard:
            self._trouble = None if error is None else (time.monotonic(), str(error))
            if error is not None:
                self._gone(count, size, self._oldest)

    def _forget(self, count: int, size: int) -> None:
        oldest = self._ask(_OLDEST)
        with self._guard:
            # What is left may still be on its way to the disk: then it is new.
            self._gone(count, size, oldest or time.time())

    def _gone(self, count: int, size: int, oldest: float | None) -> None:
        self.depth -= count
        self.bytes -= size
        self._oldest = oldest if self.depth else None

    def _ask(self, question: str) -> Any:
        with closing(self._reader.execute(question)) as found:
            row = found.fetchone()
        return None if row is None else row[0]

    def _full(self, size: int) -> str | None:
        if self.bytes + size > self._bounds.max_bytes:
            return (
                f"the spool in {self._bounds.directory} has reached "
                f"DESKPULSE_SPOOL_MAX_BYTES={self._bounds.max_bytes}"
            )
        if self.oldest_seconds > self._bounds.max_age:
            return f"the spool in {self._bounds.directory} holds messages older than DESKPULSE_SPOOL_MAX_AGE"
        return self._no_room(size)

    def _no_room(self, size: int) -> str | None:
        directory = self._bounds.directory
        try:
            free = shutil.disk_usage(directory).free
        except OSError as error:
            return f"the spool in {directory} can't be reached: {error}"
        if free >= size + _LEFT_ALONE:
            return None
        return f"the disk of the spool in {directory} has no more than {free // 1024**2} MiB left: make room"


def _size(message: Message) -> int:
    return len(message.key) + len(message.value) + _ROW_BYTES
