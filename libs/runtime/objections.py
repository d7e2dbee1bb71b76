"""What is wrong with what somebody wrote: where, by its names, and in words."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
from msgspec import Meta

from runtime.environment import ConfigInvalid

_Shape = TypeVar("_Shape")

_PLACE: Final = re.compile(r" - at (`key` in )?`\$\.?([^`]*)`$")
_ANY: Final = "..."
_STEP: Final = re.compile(rf"{re.escape(_ANY)}|[^.\[\]]+")
_words: Final[dict[str, str]] = {}


class Objection(Exception):
    """`what` is wrong, and the `place` within what was written: `.targets.first_response`, `[2].name`, or
    nothing where it is the whole."""

    def __init__(self, place: str, what: str) -> None:
        super().__init__(f"{place.removeprefix('.')}: {what}" if place else what)
        self.place = place
        self.what = what


def worded(pattern: str, words: str) -> Meta:
    """The constraint that a text matches `pattern`; who breaks it is told to write `words`."""
    _words[f"Expected `str` matching regex {pattern!r}"] = f"expected {words}"
    return Meta(pattern=pattern)


def convert(written: object, shape: type[_Shape]) -> _Shape:
    """What was `written` (as YAML gives it) as a `shape`. Raises Objection."""
    try:
        return msgspec.convert(written, shape)
    except msgspec.ValidationError as error:
        raise _objection(str(error), written, shape) from None


def read_file(path: Path, shape: type[_Shape]) -> _Shape:
    """The YAML file `path` as a `shape`. Raises ConfigInvalid, which names the file."""
    try:
        return convert(msgspec.yaml.decode(path.read_bytes()), shape)
    except OSError as error:
        raise ConfigInvalid(f"{path}: {error.strerror}") from None
    except (Objection, msgspec.DecodeError) as error:
        raise ConfigInvalid(f"{path}: {error}") from None


def _objection(message: str, written: object, shape: Any) -> Objection:
    said = _PLACE.search(message)
    what = message[: said.start()] if said else message
    what = _words.get(what, what)
    if said is None:
        return Objection("", what)
    steps = _STEP.findall(said[2])
    if not said[1]:
        return Objection(_spelled(_keys(steps, message, written, shape), written), what)
    *keys, key = _keys([*steps, _ANY], message, written, shape)
    return Objection(_spelled(keys, written), f"the key {_shown(key)}: {what}")


def _keys(steps: list[str], message: str, written: object, shape: Any) -> list[Any]:
    """The keys on the way that msgspec's `steps` go through `written`. It calls every key of a mapping
    `...`; it is the first one with which alone the message is the same."""
    keys: list[Any] = []
    here: Any = written
    for step in steps:
        key: Any = int(step) if isinstance(here, list) else step
        if step == _ANY:
            key = next(k for k in here if _says(_with(written, keys, {k: here[k]}), shape) == message)
        keys.append(key)
        here = here[key]
    return keys


def _says(written: object, shape: Any) -> str | None:
    try:
        msgspec.convert(written, shape)
    except msgspec.ValidationError as error:
        return str(error)
    return None


def _with(written: Any, keys: list[Any], value: object) -> object:
    """`written` with `value` in the place that `keys` lead to."""
    if not keys:
        return value
    first, *rest = keys
    replaced = _with(written[first], rest, value)
    if isinstance(written, Mapping):
        return {**written, first: replaced}
    return [replaced if number == first else one for number, one in enumerate(written)]


def _spelled(keys: list[Any], written: Any) -> str:
    place = ""
    for key in keys:
        place += f"[{key}]" if isinstance(written, list) else f".{_shown(key)}"
        written = written[key]
    return place


def _shown(key: object) -> str:
    """A key may be somebody's address, and errors go to logs."""
    return "[...]" if "@" in str(key) else str(key)
