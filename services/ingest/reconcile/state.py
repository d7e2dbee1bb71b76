"""How far a reconciliation has come, in a file that is always whole: what lets a broken-off one go on."""

import hmac
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from ingest.sources.contract import Fault, Origin, Unmapped
from ingest.sources.history import Page, Request
from runtime.shapes import prepared

_KEPT: Final = 20


@prepared
class State(Struct, frozen=True, kw_only=True):
    """What the answers to `answered` requests told is durable, `events` in all; `todo` is what is left.

    `since` is the beginning that was asked for last; `faults` counts what couldn't be used, `first_faults`
    says the first of them; `unmapped`: words that nobody mapped → how often.
    """

    fingerprint: str
    since: datetime
    todo: list[Request]
    answered: int = 0
    events: int = 0
    faults: int = 0
    first_faults: list[Fault] = []
    unmapped: dict[str, int] = {}

    def after(self, page: Page, events: int) -> "State":
        """The state once `page`, the answer to the first request, is durable as `events` messages."""
        return replace(
            self,
            # What a page leads to goes first, so that never more than a few pages are open.
            todo=[*page.then, *self.todo[1:]],
            answered=self.answered + 1,
            events=self.events + events,
            faults=self.faults + len(page.faults),
            first_faults=[*self.first_faults, *page.faults][:_KEPT],
            unmapped=_counted(self.unmapped, page.reading.unmapped),
        )


def fingerprint(origin: Origin, topic_id: str) -> str:
    """What must be the same for a reconciliation to go on: the source with its configuration, the topic (one
    made anew has nothing of what was sent) and the key of the hashes."""
    parts = [origin.name, msgspec.to_builtins(origin.config), topic_id]
    return hmac.digest(origin.key, msgspec.json.encode(parts), "sha256").hex()


def load(path: Path, begun: State) -> State:
    """The state at `path`, if it is one of the same fingerprint as `begun`; else `begun`.

    A state of another `since` is finished first: what it still lacks nobody else will fetch.
    """
    try:
        found = msgspec.json.decode(path.read_bytes(), type=State)
    except (FileNotFoundError, msgspec.DecodeError):
        return begun
    if found.fingerprint != begun.fingerprint:
        return begun
    if found.since == begun.since:
        return found
    return replace(found, since=begun.since, todo=[*found.todo, *begun.todo])


def save(path: Path, state: State) -> None:
    """Replace the state at `path` by `state`, so that a crash leaves one of both. Its owner alone may read
    it: requests name tickets and people by their ids."""
    beside = path.with_name(f"{path.name}.new")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(msgspec.json.encode(state))
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def _counted(before: dict[str, int], words: Sequence[Unmapped]) -> dict[str, int]:
    counts = dict(before)
    for word in words:
        name = f"{word.field} {word.word!r}"
        if name in counts or len(counts) < _KEPT:
            counts[name] = counts.get(name, 0) + 1
    return counts
