"""A file as physical lines of text; what can't be read is marked on its line, and reading goes on."""

import codecs
from collections import deque
from collections.abc import Iterable, Iterator
from io import TextIOWrapper
from typing import BinaryIO, Final, NamedTuple

MAX_LINE: Final = 1_000_000
_HEAD: Final = 4

# The longer marks first: UTF-32's begins with UTF-16's.
_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

# A character that no text holds stands for bytes that aren't text.
_BROKEN: Final = "\udcff"
_ERRORS: Final = "ingest.mark-broken"


def _mark_broken(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return _BROKEN, error.end


codecs.register_error(_ERRORS, _mark_broken)


class Line(NamedTuple):
    """A physical line, counted from 1, with its end; `problem` says why it can't be used."""

    number: int
    text: str
    problem: str | None = None


class Rejected(NamedTuple):
    """A row that can't be used: the physical line it begins at, and why."""

    line: int
    reason: str


class Lines(Iterator[Line]):
    """Lines that can be given back."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._rest = iter(lines)
        self._returned: deque[Line] = deque()

    def __next__(self) -> Line:
        return self._returned.popleft() if self._returned else next(self._rest)

    def give_back(self, lines: list[Line]) -> None:
        """The next lines are `lines` again."""
        self._returned.extendleft(reversed(lines))


def read_lines(file: BinaryIO, declared: str) -> Iterator[Line]:
    """The lines of `file` from its beginning, without a byte order mark.

    `declared` is its encoding, or "auto": what its byte order mark says, else UTF-8.
    """
    encoding = _marked_encoding(file) if declared == "auto" else declared
    text = TextIOWrapper(file, encoding, errors=_ERRORS, newline="")
    number = 0
    while piece := text.readline(MAX_LINE):
        number += 1
        if number == 1:
            piece = piece.removeprefix("\ufeff")
        if len(piece) >= MAX_LINE and not piece.endswith(("\n", "\r")):
            _skip_line(text)
            yield Line(number, "", f"longer than {MAX_LINE} characters")
        elif _BROKEN in piece:
            yield Line(number, piece, f"not {encoding.upper()}")
        elif "\0" in piece:
            yield Line(number, piece, "contains a NUL character")
        else:
            yield Line(number, piece)
    text.detach()


def _marked_encoding(file: BinaryIO) -> str:
    head = file.read(_HEAD)
    file.seek(0)
    return next((name for mark, name in _MARKS if head.startswith(mark)), "utf-8")


def _skip_line(text: TextIOWrapper) -> None:
    while (piece := text.readline(MAX_LINE)) and not piece.endswith(("\n", "\r")):
        pass
