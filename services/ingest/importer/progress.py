"""What a person sees while an import runs; nothing where nobody looks."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn


class Pass:
    """One reading of the file: say how far it is."""

    def __init__(self, progress: Progress, what: str, size: int) -> None:
        self._progress = progress
        self._began = monotonic()
        self._task = progress.add_task(what, total=size, rate="")

    def at(self, position: int, rows: int) -> None:
        """`position` bytes are read; `rows` were handled in this pass."""
        rate = rows / max(monotonic() - self._began, 0.001)
        self._progress.update(self._task, completed=position, rate=f"{rows:,} rows, {rate:,.0f}/s")


class Display:
    """The bars of an import of a file of `size` bytes."""

    def __init__(self, progress: Progress, size: int) -> None:
        self._progress = progress
        self._size = size

    def begin(self, what: str) -> Pass:
        """A new bar."""
        return Pass(self._progress, what, self._size)


@contextmanager
def shown(size: int) -> Iterator[Display]:
    """Bars with rate and time left on standard error, if that is a terminal."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not sys.stderr.isatty()) as progress:
        yield Display(progress, size)
