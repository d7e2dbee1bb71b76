"""The mapping file: what the columns of an export mean. Read once, checked whole."""

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final, Literal, TypeAlias, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from events.envelope import SourceName
from events.types import PostedEvent
from ingest.importer.times import is_format
from runtime.objections import Objection, convert
from runtime.shapes import prepared

Scalar: TypeAlias = str | int | float | bool | None
ColumnName: TypeAlias = Annotated[str, Meta(min_length=1)]


class MappingInvalid(Exception):
    """A mapping file that can't be used. The message says where, what and what to do."""


class Column(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """A value taken from a column.

    `map` translates its words (a word that is missing there rejects the row, unless there is a `default`);
    an empty cell gives the `default`, else says nothing. `split` makes a list; `kind: number` a number.
    """

    column: ColumnName
    map: dict[str, Scalar] | None = None
    default: Scalar | UnsetType = UNSET
    split: Annotated[str, Meta(min_length=1)] | None = None
    kind: Literal["text", "number"] = "text"


class When(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Which rows a template is for; all conditions must hold.

    `first`: the ticket's earliest row in the whole file (or: any other); `is`, `not`: a column has (hasn't)
    one of these words.
    """

    first: bool | None = None
    among: dict[str, str | list[str]] = msgspec.field(default_factory=dict, name="is")
    outside: dict[str, str | list[str]] = msgspec.field(default_factory=dict, name="not")


class Template(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """One event that a row gives.

    `time`: a column that holds its time instead of the row's; where it is empty there is no event. `data`:
    dotted paths (`author.kind`) to constants or columns.
    """

    type: str
    when: When = When()
    time: ColumnName | None = None
    data: dict[str, Column | Scalar] = {}


class Time(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """The column with a row's time. `format`: iso, unix, unix_ms or a strptime pattern; `timezone`: that of
    times that don't say theirs (where a clock change makes such a time ambiguous, the earlier is taken)."""

    column: ColumnName
    format: str = "iso"
    timezone: str | None = None


@prepared
class Mapping(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """The whole file. `id`: a column that identifies a row for good, where the export has one.

    `encoding`: auto (by byte order mark, else UTF-8) or a name. Columns of JSON lines are dotted paths.
    """

    format: Literal["csv", "jsonl"]
    source: SourceName
    ticket: ColumnName
    time: Time
    events: Annotated[list[Template], Meta(min_length=1)]
    id: ColumnName | None = None
    delimiter: Annotated[str, Meta(min_length=1, max_length=1)] = ","
    encoding: str = "auto"

    def columns(self) -> list[str]:
        """Every column that the mapping speaks of, sorted."""
        named = {self.ticket, self.time.column, *([self.id] if self.id else [])}
        return sorted(named.union(*(_columns_of(template) for template in self.events)))

    def needs_firsts(self) -> bool:
        """Whether a template asks for the first row of a ticket."""
        return any(template.when.first is not None for template in self.events)


def load(path: Path) -> Mapping:
    """The mapping in the YAML file `path`. Raises MappingInvalid."""
    try:
        return parse(path.read_bytes(), str(path))
    except OSError as error:
        raise MappingInvalid(f"{path}: {error.strerror}") from None


def parse(raw: bytes, name: str) -> Mapping:
    """The mapping in `raw` (YAML); errors speak of it as `name`. Raises MappingInvalid."""
    try:
        mapping = convert(msgspec.yaml.decode(raw), Mapping)
    except Objection as wrong:
        raise MappingInvalid(f"{name}: {wrong}") from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise MappingInvalid(f"{name}: not YAML: {error}") from None
    for where, what in _objections(mapping):
        raise MappingInvalid(f"{name}: {where}: {what}")
    return mapping


def _columns_of(template: Template) -> set[str]:
    values = {value.column for value in template.data.values() if isinstance(value, Column)}
    return {
        *values,
        *template.when.among,
        *template.when.outside,
        *([template.time] if template.time else []),
    }


def _objections(mapping: Mapping) -> Iterator[tuple[str, str]]:
    """What the types can't say."""
    if not is_format(mapping.time.format):
        yield "time.format", f"{mapping.time.format!r} is neither iso, unix, unix_ms nor a strptime pattern"
    if mapping.time.timezone is not None and not _is_zone(mapping.time.timezone):
        yield (
            "time.timezone",
            f"there is no time zone {mapping.time.timezone!r}; write one such as Europe/Rome",
        )
    if mapping.encoding != "auto" and not _is_encoding(mapping.encoding):
        yield "encoding", f"there is no text encoding {mapping.encoding!r}; write auto or one such as cp1254"
    for index, template in enumerate(mapping.events):
        paths = _DATA_PATHS.get(template.type)
        if paths is None:
            known = ", ".join(_DATA_PATHS)
            yield f"events[{index}].type", f"there is no event {template.type!r}; there is: {known}"
        for path in template.data.keys() - (paths or template.data.keys()):
            known = ", ".join(sorted(paths or ()))
            yield f"events[{index}].data.{path}", f"{template.type} has no such field; it has: {known}"


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _is_encoding(name: str) -> bool:
    try:
        codecs.lookup(name)
        "".encode(name)
    except (LookupError, ValueError):
        return False
    return True


def _paths_in(struct: type[Struct]) -> Iterator[str]:
    for field in msgspec.structs.fields(struct):
        if isinstance(field.type, type) and issubclass(field.type, Struct):
            yield from (f"{field.encode_name}.{inner}" for inner in _paths_in(field.type))
        else:
            yield field.encode_name


def _data_paths(event: type[Struct]) -> frozenset[str]:
    prefix = "data."
    return frozenset(path.removeprefix(prefix) for path in _paths_in(event) if path.startswith(prefix))


_DATA_PATHS: Final[dict[str, frozenset[str]]] = {
    event.__struct_config__.tag: _data_paths(event) for event in get_args(PostedEvent)
}
