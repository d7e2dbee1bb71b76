"""The file of the rows that can't be used: CSV with `line` and `reason`."""

import csv
import io
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from ingest.importer.lines import Rejected

_HEADER: Final = ("line", "reason")


class Rejects:
    """Appends to the file at `path`, of which the first `keep` bytes stay."""

    def __init__(self, path: Path, keep: int) -> None:
        self._path = path
        path.touch()
        self._file = path.open("r+b")
        self._file.truncate(keep)
        self._file.seek(0, io.SEEK_END)
        if keep == 0:
            self._write([_HEADER])

    def add(self, rejected: Sequence[Rejected]) -> int:
        """Store `rejected` durably; gives the bytes that the file has now."""
        if rejected:
            self._write(rejected)
            self._file.flush()
            os.fsync(self._file.fileno())
        return self._file.tell()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _write(self, rows: Sequence[Sequence[object]]) -> None:
        text = io.StringIO(newline="")
        csv.writer(text).writerows(rows)
        self._file.write(text.getvalue().encode("utf-8", "backslashreplace"))


def most_common(path: Path, count: int) -> list[tuple[str, int, int]]:
    """The `count` most common reasons in the file at `path`: reason, how often, and the first line."""
    tally: Counter[str] = Counter()
    first: dict[str, int] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for line, reason in list(csv.reader(file))[1:]:
            tally[reason] += 1
            first.setdefault(reason, int(line))
    return [(reason, often, first[reason]) for reason, often in tally.most_common(count)]
