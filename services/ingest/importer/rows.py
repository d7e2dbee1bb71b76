"""Rows out of lines: CSV and JSON lines, each row with the columns that the mapping speaks of."""

import csv
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

import msgspec

from ingest.importer.lines import MAX_LINE, Line, Lines, Rejected
from ingest.importer.mapping import Mapping

_ENDS: Final = "\r\n"


class FileUnusable(Exception):
    """A file of which no row can be read; the message says why."""


class Row(NamedTuple):
    """The physical line that a row begins at, and its cells (trimmed, "" where empty) by column."""

    line: int
    cells: dict[str, str]


Rows: TypeAlias = Iterator[Row | Rejected]


def rows_of(lines: Lines, mapping: Mapping) -> Rows:
    """The rows in `lines`; one that can't be read is Rejected and the next is tried.

    Raises FileUnusable where a CSV's header lacks a column of the mapping.
    """
    return _READERS[mapping.format](lines, mapping)


def _csv_rows(lines: Lines, mapping: Mapping) -> Rows:
    header = _header(lines, mapping)
    wanted = [(column, header.index(column)) for column in mapping.columns()]
    for line in lines:
        if not line.text.strip(_ENDS) and line.problem is None:
            continue
        fields = _fields(line, lines, mapping.delimiter)
        if isinstance(fields, Rejected):
            yield fields
        elif len(fields) != len(header):
            yield Rejected(line.number, f"has {len(fields)} fields, the header has {len(header)}")
        else:
            yield Row(line.number, {column: fields[index].strip() for column, index in wanted})


def _header(lines: Lines, mapping: Mapping) -> list[str]:
    first = next((line for line in lines if line.text.strip(_ENDS) or line.problem), None)
    if first is None:
        raise FileUnusable("the file is empty: expected a header with the names of the columns")
    fields = _fields(first, lines, mapping.delimiter)
    if isinstance(fields, Rejected):
        raise FileUnusable(f"line {fields.line}, the header: {fields.reason}")
    header = [name.strip() for name in fields]
    for column in mapping.columns():
        if header.count(column) != 1:
            count = "no" if column not in header else "more than one"
            raise FileUnusable(f"the file has {count} column {column!r}; it has: {', '.join(header)}")
    return header


def _fields(line: Line, lines: Lines, delimiter: str) -> list[str] | Rejected:
    """The fields of the record that begins with `line`, with as many further `lines` as its quotes enclose.

    A record that can't be read costs its first line alone: the others are given back and tried again, so
    that one lost quote doesn't swallow the rows after it.
    """
    if line.problem is not None:
        return Rejected(line.number, line.problem)
    if '"' not in line.text:
        return line.text.rstrip(_ENDS).split(delimiter)
    taken = [line]
    try:
        fields = next(csv.reader(_enclosed(taken, lines), delimiter=delimiter, strict=True))
    except csv.Error as error:
        lines.give_back(taken[1:])
        return Rejected(line.number, f"not CSV: {error}")
    for part in taken:
        if part.problem is not None:
            return Rejected(line.number, f"line {part.number}: {part.problem}")
    return fields


def _enclosed(taken: list[Line], lines: Lines) -> Iterator[str]:
    length = len(taken[0].text)
    yield taken[0].text
    for line in lines:
        taken.append(line)
        length += len(line.text)
        if length > MAX_LINE:
            return
        yield line.text


def _json_rows(lines: Lines, mapping: Mapping) -> Rows:
    paths = [(column, column.split(".")) for column in mapping.columns()]
    for line in lines:
        if line.problem is not None:
            yield Rejected(line.number, line.problem)
        elif line.text.strip():
            yield _json_row(line, paths)


def _json_row(line: Line, paths: Sequence[tuple[str, list[str]]]) -> Row | Rejected:
    try:
        value = msgspec.json.decode(line.text)
    except RecursionError:
        return Rejected(line.number, "nested too deeply")
    except (msgspec.DecodeError, UnicodeError) as error:
        return Rejected(line.number, f"not JSON: {error}")
    if not isinstance(value, dict):
        return Rejected(line.number, "not a JSON object")
    return Row(line.number, {column: _cell(_at(value, column, path)) for column, path in paths})


def _at(row: dict[str, Any], column: str, path: list[str]) -> Any:
    if column in row:
        return row[column]
    value: Any = row
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _cell(value: Any) -> str:
    """A JSON value as the text that a CSV would have in its place; a list is joined with commas."""
    if isinstance(value, str):
        return value.strip()
    if value is None:
        return ""
    if isinstance(value, list):
        return ",".join(_cell(part) for part in value)
    return msgspec.json.encode(value).decode()


_READERS: Final[dict[str, Callable[[Lines, Mapping], Rows]]] = {"csv": _csv_rows, "jsonl": _json_rows}
