"""What a batch is, and what a service makes of one."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from pymongo.client_session import ClientSession

from streams.publisher import Message


@dataclass(frozen=True, slots=True)
class Record:
    """One message as it was read; `timestamp` is when the broker or the producer took it (ms, UTC)."""

    offset: int
    timestamp: int
    key: bytes
    value: bytes


@dataclass(frozen=True, slots=True)
class Batch:
    """Consecutive records of one partition."""

    topic: str
    partition: int
    records: Sequence[Record]

    @property
    def name(self) -> str:
        """Its id in logs: topic/partition/first-last offset."""
        return f"{self.topic}/{self.partition}/{self.records[0].offset}-{self.records[-1].offset}"

    @property
    def keys(self) -> list[str]:
        """The keys of its records (of tickets: source/id), each once, in order."""
        return list(dict.fromkeys(record.key.decode("utf-8", "replace") for record in self.records))


@dataclass(frozen=True, slots=True)
class Dead:
    """A record that can never be processed, and why (a short word, and a sentence)."""

    record: Record
    reason: str
    detail: str


@dataclass(slots=True)
class Outcome:
    """What a batch leads to beyond the transaction.

    `outgoing` is published after the commit, at least once; `pending` are the names by which
    `Handler.republish` finds the same messages again after a crash. `dead` goes to the dead letters before
    the commit. `newest` is the time of the newest event (µs). `counts` feed the health metrics.
    """

    outgoing: list[Message] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)
    dead: list[Dead] = field(default_factory=list)
    newest: int | None = None
    counts: dict[str, int] = field(default_factory=dict)


class Handler(Protocol):
    """A service's part of the exactly-once consumer."""

    def process(self, batch: Batch, session: ClientSession) -> Outcome:
        """Do everything that `batch` asks for in the transaction of `session`.

        May be called again for the same batch when the transaction fails: it keeps nothing in memory.
        """
        ...

    def is_due(self, partition: int, now: int) -> bool:
        """Whether something of `partition` changes by the mere passing of time up to `now` (µs)."""
        ...

    def elapse(self, partition: int, now: int, session: ClientSession) -> Outcome:
        """Do what is due in `partition` at `now` (µs) in the transaction of `session`: a portion of it.

        May be called again when the transaction fails, like `process`.
        """
        ...

    def republish(self, pending: Sequence[str]) -> list[Message]:
        """The messages for what `pending` names, from the store as it is now."""
        ...

    def elsewhere(self, partition: int, pending: Sequence[str]) -> Collection[str]:
        """Those of `pending` that the reader of another partition than `partition` has changed last."""
        ...

    def everything(self, partition: int) -> Iterator[list[Message]]:
        """All that the output topic has to hold of `partition`, from the store as it is now, in portions of
        some hundred messages. Asked only where the subscription has an output topic."""
        ...
