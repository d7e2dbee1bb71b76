"""How far an import has come, in a file that is always whole: what lets a killed import go on."""

import hmac
import os
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from runtime.shapes import prepared

_HEAD_BYTES: Final = 65_536


@prepared
class State(Struct, frozen=True, kw_only=True):
    """Everything up to the row at `line` is durable; the counts and `reject_bytes` are as of there.

    `used` rows gave events, `silent` ones none, `rejected` ones couldn't be used.
    """

    fingerprint: str
    line: int = 0
    used: int = 0
    silent: int = 0
    rejected: int = 0
    events: int = 0
    reject_bytes: int = 0

    @property
    def rows(self) -> int:
        """All rows so far."""
        return self.used + self.silent + self.rejected


def fingerprint(file: Path, mapping: bytes, source: str, topic_id: str, hash_key: bytes) -> str:
    """What must be the same for an import to go on: the file (its size and head), the mapping, the source,
    the topic (one made anew has nothing of what was sent) and the key of the hashes."""
    with file.open("rb") as content:
        head = content.read(_HEAD_BYTES)
    parts = [file.stat().st_size, mapping, source, topic_id, head]
    return hmac.digest(hash_key, msgspec.json.encode(parts), "sha256").hex()


def load(path: Path, expected: str) -> State:
    """The state at `path` if it is of the import with the fingerprint `expected`, else a beginning."""
    try:
        state = msgspec.json.decode(path.read_bytes(), type=State)
    except (FileNotFoundError, msgspec.DecodeError):
        return State(fingerprint=expected)
    return state if state.fingerprint == expected else State(fingerprint=expected)


def save(path: Path, state: State) -> None:
    """Replace the state at `path` by `state`, so that a crash leaves one of both."""
    beside = path.with_name(f"{path.name}.new")
    with beside.open("wb") as file:
        file.write(msgspec.json.encode(state))
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
