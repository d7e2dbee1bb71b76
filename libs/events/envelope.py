"""What all events have in common."""

from datetime import datetime
from typing import Annotated, Literal, TypeAlias

from msgspec import UNSET, Meta, Struct, UnsetType

Id: TypeAlias = Annotated[str, Meta(min_length=1, max_length=512)]
Label: TypeAlias = Annotated[str, Meta(min_length=1, max_length=256)]
Text: TypeAlias = Annotated[str, Meta(max_length=20_000)]
# In Python `$` also stands before a last line break.
SourceName: TypeAlias = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$(?!\n)")]
Instant: TypeAlias = Annotated[datetime, Meta(tz=True)]

Unset: TypeAlias = UnsetType


class Event(Struct, tag_field="type", kw_only=True, frozen=True):
    """What all events have: `(source, id)` is the identity, `time` when it happened."""

    specversion: Literal["1.0"]
    id: Id
    source: SourceName
    subject: Id
    time: Instant
    timequality: Literal["exact", "entity", "receipt"] | Unset = UNSET


class Nothing(Struct, kw_only=True, frozen=True):
    """An event whose type says it all."""
