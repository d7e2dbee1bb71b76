"""What somebody posts about a follow-up, read with care (pure)."""

from re import compile as pattern
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from feedback.cases.case import Note
from privacy.redact import redact
from runtime.shapes import prepared

_AT: Final = pattern(r" - at `\$\.([^`]*)`$")
_MISSING: Final = pattern(r"missing required field `([^`]+)`|unknown field `([^`]+)`")
Name = Annotated[str, Meta(min_length=1, max_length=100)]


class EntryInvalid(ValueError):
    """A body that can't be recorded. `field`: which of its fields is to blame, "" for the whole."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


@prepared
class _Entry(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    by: Name
    contacted: bool = False
    outcome: Annotated[str, Meta(max_length=500)] | None = None
    owner: Name | None = None


def note_of(body: bytes, now: int) -> Note:
    """The note in the JSON `body`, recorded at `now` (µs); its outcome is redacted. Raises EntryInvalid."""
    try:
        entry = msgspec.json.decode(body, type=_Entry)
    except msgspec.ValidationError as error:
        raise _explained(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise EntryInvalid("", 'expected JSON such as {"by": "ayse", "contacted": true}') from None
    for name in ("by", "owner"):
        value = getattr(entry, name)
        if value is not None and (not value.isprintable() or value != value.strip()):
            raise EntryInvalid(name, "expected a name on one line, without spaces around it")
    outcome = redact(entry.outcome.strip()) if entry.outcome else None
    if not (entry.contacted or outcome or entry.owner):
        raise EntryInvalid("contacted", "nothing to record: give contacted: true, an outcome or an owner")
    return Note(at=now, by=entry.by, contacted=entry.contacted, outcome=outcome or None, owner=entry.owner)


def _explained(message: str) -> EntryInvalid:
    named = _MISSING.search(message)
    if named:
        return EntryInvalid(named[1] or named[2], message.replace("Object ", "the body "))
    at = _AT.search(message)
    return EntryInvalid(at[1] if at else "", message[: at.start()] if at else message)
