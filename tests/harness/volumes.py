"""A small disk of a test's own, to be filled."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.wait import until


@dataclass(frozen=True)
class Volume:
    """What is under `directory` has room of its own, and no more."""

    directory: Path

    def free(self) -> int:
        """How many bytes are left."""
        return shutil.disk_usage(self.directory).free

    def leave(self, more: int) -> None:
        """From now on there is room for `more` bytes beyond what is used (0: none)."""
        # What is written in between is more than the new size: then it is refused.
        until(lambda: not self._resize(shutil.disk_usage(self.directory).used + more), 10, "another size")

    def _resize(self, size: int) -> str:
        return _mount(["-o", f"remount,size={max(size, 4096)}"], self.directory)


@contextmanager
def small_volume(directory: Path, size: int) -> Iterator[Volume]:
    """A volume of `size` bytes at `directory` (made if missing) until the block ends.

    Where this process may not mount one the test is skipped, but not on CI.
    """
    directory.mkdir(parents=True, exist_ok=True)
    complaint = _mount(["-t", "tmpfs", "-o", f"size={size}", "tmpfs"], directory)
    if complaint:
        missing = f"this process may not mount a small volume, run it as root: {complaint}"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    try:
        yield Volume(directory)
    finally:
        subprocess.run(["umount", directory], check=True, timeout=30)


def _mount(options: list[str], directory: Path) -> str:
    """Call mount; gives what it complains of, "" where it did it."""
    done = subprocess.run(
        ["mount", *options, directory], capture_output=True, text=True, timeout=30, check=False
    )
    return done.stderr.strip() if done.returncode else ""
