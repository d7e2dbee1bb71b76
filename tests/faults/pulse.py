"""What a worker under trial is at, in memory that it shares with the test and that outlives it."""

import mmap
import struct
from enum import IntEnum
from pathlib import Path
from typing import Final


class Step(IntEnum):
    """Where the thread that processes is."""

    STARTING = 0
    JOINING = 1
    """It has no share yet, or not any more."""
    WAITING = 2
    """For messages, or for nothing at all."""
    ADOPTING = 3
    """It has read a position and gets its partition into order."""
    RETELLING = 4
    """It has read what it is going to publish of its predecessor's last batch."""
    BATCH = 5
    """It has messages in hand; from its first look at the store on, its transaction is open."""
    WRITTEN = 6
    """All but the position has been written in the transaction."""
    MOVED = 7
    """So has the position; the commit is next."""
    STORED = 8
    """The commit is done, nothing of it is published."""


SUFFIX: Final = ".pulse"
"""The name of its file is that of the worker's log, except for this."""

_NEVER: Final = 255
_STEP, _JOINED, _HALT = 0, 1, 2
_BATCHES: Final = struct.Struct("<q")
_BATCHES_AT: Final = 8
_SIZE: Final = 16


class Pulse:
    """What is in `path`, a file that `lay` has made."""

    def __init__(self, path: Path) -> None:
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), _SIZE)

    @staticmethod
    def lay(path: Path) -> "Pulse":
        """A new one, in a new file."""
        path.write_bytes(bytes([Step.STARTING, False, _NEVER]).ljust(_SIZE, b"\0"))
        return Pulse(path)

    @property
    def step(self) -> Step:
        """Where it is, or died."""
        step = Step(self._memory[_STEP])
        return Step.JOINING if step is Step.WAITING and not self.has_share else step

    @property
    def has_share(self) -> bool:
        """Whether the group has given it a share, which it hasn't lost as far as it knows."""
        return bool(self._memory[_JOINED])

    @property
    def batches(self) -> int:
        """How many batches it has stored and said so."""
        return int(_BATCHES.unpack_from(self._memory, _BATCHES_AT)[0])

    @property
    def halts(self) -> bool:
        """Whether it is still to halt, at a step that it hasn't come to."""
        return self._memory[_HALT] != _NEVER

    def halt_at(self, step: Step) -> None:
        """Have it halt when it next comes to `step`."""
        self._memory[_HALT] = step

    def reach(self, step: Step) -> bool:
        """It is at `step`; whether it is to halt there (once)."""
        self._memory[_STEP] = step
        halts = self._memory[_HALT] == step
        if halts:
            self._memory[_HALT] = _NEVER
        return halts

    def share(self, *, given: bool) -> None:
        """It has been given a share, or lost it."""
        self._memory[_JOINED] = given

    def count(self) -> None:
        """One more batch."""
        _BATCHES.pack_into(self._memory, _BATCHES_AT, self.batches + 1)
