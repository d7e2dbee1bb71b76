"""What of an unread body may be kept: its shape, ids, words and times, but nobody's texts (pure).

A string stays where it looks like an id, a number or a time and its member's name speaks neither of a person
nor of a text; a short one also where the name says that it is a word of the tool (a status, a team). All
others become "", and numbers of persons 0, so that types stay as they were. Mail addresses go with their
member: an empty one would say that the customer has none any more.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

_ID: Final = re.compile(r"[A-Za-z0-9_.:/#{}-][A-Za-z0-9_.:+/#{}-]{0,79}(\?id=[0-9]+)?")
_TIME: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}[0-9:.]*( ?(UTC|Z|[+-][0-9]{2}:?[0-9]{2}))?"
)
# Jira names the issue of a comment nowhere else.
_RECORD: Final = re.compile(r"https?://[^/\s?#@]+/rest/api/[A-Za-z0-9/._-]{1,200}")
# Typeform calls the id of a response its token; it opens nothing.
_IDS: Final = frozenset((("form_response", "token"),))
_MAIL: Final = re.compile(r".*mail(_?address)?", re.IGNORECASE)
_NAMED: Final = re.compile(r"[^@\n]{1,100}")

_PARTS: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_PERSONAL: Final = re.compile(
    r"(e?mail|phone|mobile|address|street|handle|login|body|html|text|content|subject|title|summary|descr.*|"
    r"message|note|comment|remark|feedback|blurb|token|secret|passw.*|auth|authorization|credential|session|"
    r"cookie|jwt|signature|avatar|url|link|self|identifier|iban|card|birth.*|ip|first|last|phone.*|.*name|"
    r".*mail|.*address|.*text|.*token|.*url)s?"
)
# The thing is a person's or a text; these of it are no words of anybody.
_IMPERSONAL: Final = frozenset(("id", "ids", "at", "on", "date", "datetime", "count"))
# A member whose name ends in one of these holds a word of the tool, and so does the name of such a thing.
_WORDED: Final = re.compile(
    r".*(status|state|priority|group|team|inbox|mailbox|stage|pipeline|label|tag|type|event|topic|kind|"
    r"category|categorie|component|channel|source|role|rating)s?|field|property"
)
# What stands below these was made up by administrators: a plain word may be a name there.
_CUSTOM: Final = re.compile(r"custom_?field.*|custom_attributes|ticket_attributes", re.IGNORECASE)
_OF_WORDED: Final = frozenset(("name", "key", "value", "to", "from"))
# How a change is written: the names of both values beside the field that they are of.
_CHANGED: Final = frozenset(("fromString", "toString"))
# What has one of these is a person, whatever it stands below: the members of a team.
_OF_PERSONS: Final = frozenset(("firstname", "realname", "first_name", "last_name", "email"))
_LONGEST_WORD: Final = 100

_KEPT_HEADERS: Final = re.compile(
    r"x-[a-z0-9-]*\b(event|delivery|id|identifier|trigger|topic|type)|content-type"
)
_SECRET_HEADERS: Final = re.compile(r"signature|secret|token|key|auth|cookie|passw")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a value stands: its member's name, that of the member above, and whether it is one of the tool's
    custom fields."""

    name: str = ""
    above: str = ""
    custom: bool = False


def masked_body(body: bytes) -> bytes | None:
    """`body` without anybody's texts; None where it isn't JSON, or nested so deeply that no adapter could
    ever read it."""
    try:
        return msgspec.json.encode(_masked(msgspec.json.decode(body), _Place()))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def masked_headers(headers: Mapping[str, str], own_header: str) -> dict[str, str]:
    """Those of `headers` (names in lower case) that say what a delivery is, none that proves anything.

    `own_header` carries the source's secret.
    """
    return {
        name: value
        for name, value in headers.items()
        if _KEPT_HEADERS.fullmatch(name)
        and not _SECRET_HEADERS.search(name)
        and name != own_header.lower()
        and "@" not in value
    }


def _masked(value: Any, place: _Place) -> Any:
    if isinstance(value, dict):
        return {
            member: _masked(part, _below(place, member, value))
            for member, part in value.items()
            # A person may be the name of a member, too.
            if _NAMED.fullmatch(member) and not (isinstance(part, str) and part and _MAIL.fullmatch(member))
        }
    if isinstance(value, list):
        return [_masked(part, place) for part in value]
    if isinstance(value, str):
        return value if _is_harmless(value, place) else ""
    if isinstance(value, bool) or value is None:
        return value
    return 0 if _is_personal(place.name) and not _is_worded(place.name) else value


def _below(place: _Place, member: str, beside: Mapping[str, Any]) -> _Place:
    if member in _CHANGED:
        field = "" if beside.get("fieldtype") == "custom" else beside.get("field")
        return _Place("to", field if isinstance(field, str) else "", custom=True)
    is_person = member == "name" and not _OF_PERSONS.isdisjoint(beside)
    custom = place.custom or _CUSTOM.fullmatch(member) is not None
    return _Place(member, "" if is_person else place.name, custom)


def _is_harmless(text: str, place: _Place) -> bool:
    if "@" in text:
        return False
    if _is_worded(place.name) or (place.name in _OF_WORDED and _is_worded(place.above)):
        return len(text) <= _LONGEST_WORD and "\n" not in text
    if place.name == "self":
        return _RECORD.fullmatch(text) is not None
    if not (_ID.fullmatch(text) or _TIME.fullmatch(text)):
        return False
    return (place.above, place.name) in _IDS or not (place.custom or _is_personal(place.name))


def _is_worded(name: str) -> bool:
    parts = _parts(name)
    # `group_name` is the name of a group, and so is `groupName`.
    last = parts[-2:-1] if parts[-1:] == ["name"] else parts[-1:]
    return bool(last) and _WORDED.fullmatch(last[0]) is not None


def _is_personal(name: str) -> bool:
    parts = _parts(name)
    if not parts or parts[-1] in _IMPERSONAL:
        return False
    # A person, an issue and a project have a plain `key`; an `api_key` opens something.
    return any(_PERSONAL.fullmatch(part) for part in parts) or (len(parts) > 1 and parts[-1] == "key")


def _parts(name: str) -> list[str]:
    return [part.lower() for part in _PARTS.findall(name)]
