"""Room on the disk."""

import shutil
from pathlib import Path
from typing import Final

from local.failure import CannotRun

GIB: Final = 2**30
_MIB: Final = 2**20


def require_space(directory: Path, minimum: int = GIB) -> None:
    """Raise CannotRun unless the disk of the existing `directory` has `minimum` bytes free."""
    free = shutil.disk_usage(directory).free
    if free < minimum:
        raise CannotRun(
            f"the disk of {directory} is full: {free // _MIB} MiB are free, {minimum // _MIB} MiB are needed"
        )


def says_full(words: str) -> bool:
    """Whether a program's `words` complain about a full disk."""
    return "No space left on device" in words


def is_full(path: Path) -> bool:
    """Whether the disk of `path` has no room even for a log line about it."""
    return shutil.disk_usage(path).free < _MIB
