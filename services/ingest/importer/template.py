"""From one row to its events (pure): the mapping's templates, filled in."""

import hmac
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from events.codec import EventInvalid
from events.types import PostedEvent
from ingest.canonical import decode
from ingest.importer.lines import Rejected
from ingest.importer.mapping import Column, Mapping, Scalar, Template, When
from ingest.importer.rows import Row
from ingest.importer.times import reader

_ID_LENGTH = 32
_SHOWN_LENGTH = 40

Place = tuple[datetime, bytes]
"""Where a row stands in its ticket: its time, and its identity for rows of the same time."""


class RowUnusable(Exception):
    """A row that the mapping can't make events of; the message says why."""


class Translator:
    """`mapping` made ready for many rows of `source`."""

    def __init__(self, mapping: Mapping, source: str, hash_key: bytes) -> None:
        zone = mapping.time.timezone
        self._mapping = mapping
        self._source = source
        self._hash_key = hash_key
        self._read_time = reader(mapping.time.format, ZoneInfo(zone) if zone else None)
        self._content = [c for c in mapping.columns() if c not in {mapping.ticket, mapping.time.column}]

    def firsts(self, rows: Iterable[Row | Rejected]) -> dict[str, Place]:
        """The place of each ticket's first row: the earliest, whatever the order of `rows`."""
        firsts: dict[str, Place] = {}
        for row in rows:
            if isinstance(row, Rejected):
                continue
            try:
                place = self._place(row)
            except RowUnusable:
                continue
            ticket = row.cells[self._mapping.ticket]
            firsts[ticket] = min(place, firsts.get(ticket, place))
        return firsts

    def events(self, row: Row, firsts: dict[str, Place]) -> list[PostedEvent]:
        """The events that `row` gives, none where no template is for it. Raises RowUnusable.

        An event's id is a keyed hash of what it says and of the row it comes from: the same row gives the
        same ids again, in any file. Keyed, because a row may hold a customer's id.
        """
        place = self._place(row)
        is_first = firsts.get(row.cells[self._mapping.ticket]) == place
        chosen = (t for t in self._mapping.events if _is_for(t.when, row, is_first))
        events = (self._event(template, row, place) for template in chosen)
        return [event for event in events if event is not None]

    def _place(self, row: Row) -> Place:
        cells, mapping = row.cells, self._mapping
        for column in (mapping.ticket, mapping.time.column, mapping.id):
            if column is not None and not cells[column]:
                raise RowUnusable(f"{column}: empty")
        content = [cells[mapping.id]] if mapping.id else [[name, cells[name]] for name in self._content]
        return self._time(row, mapping.time.column), msgspec.json.encode(content)

    def _time(self, row: Row, column: str) -> datetime:
        try:
            return self._read_time(row.cells[column])
        except ValueError as error:
            raise RowUnusable(f"{column}: {error}") from None

    def _event(self, template: Template, row: Row, place: Place) -> PostedEvent | None:
        if template.time is not None and not row.cells[template.time]:
            return None
        time = self._time(row, template.time) if template.time else place[0]
        event = {
            "specversion": "1.0",
            "source": self._source,
            "subject": row.cells[self._mapping.ticket],
            "type": template.type,
            "time": time.astimezone(UTC).isoformat(),
            "data": _data(template, row),
        }
        said = msgspec.json.encode(event) + place[1]
        event["id"] = hmac.digest(self._hash_key, said, "sha256").hex()[:_ID_LENGTH]
        try:
            return decode(msgspec.json.encode(event))
        except EventInvalid as error:
            raise RowUnusable(f"{template.type}: {error}") from None


def _is_for(when: When, row: Row, is_first: bool) -> bool:
    return (
        when.first in {None, is_first}
        and all(row.cells[column] in _words(words) for column, words in when.among.items())
        and not any(row.cells[column] in _words(words) for column, words in when.outside.items())
    )


def _words(words: str | list[str]) -> list[str]:
    return [words] if isinstance(words, str) else words


def _data(template: Template, row: Row) -> dict[str, Any]:
    """The template's `data`: dotted paths become objects, fields of which nothing is said are left out."""
    data: dict[str, Any] = {}
    for path, value in template.data.items():
        filled = _fill(value, row) if isinstance(value, Column) else value
        if filled is not msgspec.UNSET:
            *parents, name = path.split(".")
            parent = data
            for step in parents:
                parent = parent.setdefault(step, {})
            parent[name] = filled
    return data


def _fill(value: Column, row: Row) -> Scalar | list[str] | msgspec.UnsetType:
    text = row.cells[value.column]
    if value.map is not None and text in value.map:
        return value.map[text]
    if not text or (value.map is not None and value.default is not msgspec.UNSET):
        return value.default
    if value.map is not None:
        shown = text[:_SHOWN_LENGTH]
        raise RowUnusable(f"{value.column}: {shown!r} isn't in its map; add it there, or a default")
    if value.split is not None:
        return [part.strip() for part in text.split(value.split) if part.strip()]
    return _number(value.column, text) if value.kind == "number" else text


def _number(column: str, text: str) -> int | float:
    try:
        return int(text) if text.lstrip("+-").isdecimal() else float(text)
    except ValueError:
        raise RowUnusable(f"{column}: not a number") from None
