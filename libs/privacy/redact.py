"""Takes out of what people wrote whatever names or reaches a person (pure)."""

import unicodedata
from collections.abc import Sequence
from typing import Final
from urllib.parse import unquote, urlsplit

from privacy.identifiers import EVERYTHING, NAMES_AND_NUMBERS
from privacy.identifiers.kind import Kind, occurrences


def redact(text: str) -> str:
    """`text` with a marker instead of each e-mail address, telephone number, IBAN, payment card, Turkish
    identity number, random word, and link (of which the host stays): `[e-mail]`, `[phone]`, `[iban]`,
    `[card]`, `[identity number]`, `[token]`, `[link example.org]`.

    What is left is as it was. A redacted text stays as it is; it may be longer than `text`. The time is
    linear in the length, whatever the text.
    """
    return _without(text, EVERYTHING)


def public_link(url: str) -> str | None:
    """`url` as everybody may see it: without user, query and fragment, its path redacted; None: no URL."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    path = unquote(parts.path)
    redacted = _without(path, NAMES_AND_NUMBERS)
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(
        netloc=host, path=parts.path if redacted == path else redacted, query="", fragment=""
    ).geturl()


def _without(text: str, kinds: Sequence[Kind]) -> str:
    seen, places = _as_seen(text)
    found: list[tuple[int, int, str]] = []
    for kind in kinds:
        new = list(occurrences(kind, seen))
        if new:
            found.extend(new)
            seen = _masked(seen, new)
    return _marked(text, [(places[start], places[end], marker) for start, end, marker in found])


def _marked(text: str, found: list[tuple[int, int, str]]) -> str:
    parts: list[str] = []
    position = 0
    for start, end, marker in sorted(found):
        parts += (text[position:start], marker)
        position = end
    return "".join((*parts, text[position:]))


def _masked(seen: str, found: list[tuple[int, int, str]]) -> str:
    """As the next kind meets it: brackets, which are part of nothing and end everything, as in markers."""
    return _marked(seen, [(start, end, "]" * (end - start)) for start, end, _ in found])


def _as_seen(text: str) -> tuple[str, Sequence[int]]:
    """What a reader sees, in ASCII where that can write it, and the place in `text` of each of its characters
    and of its end."""
    if text.isascii() or _FOLDABLE.isdisjoint(text):
        return text, range(len(text) + 1)
    places = [place for place, character in enumerate(text) if character not in _UNSEEN]
    return "".join(text[place] for place in places).translate(_FOLDED), [*places, len(text)]


_PLANES: Final = range(0x80, 0x20000)
_SPACES: Final = {place: " " for place in _PLANES if unicodedata.category(chr(place)) == "Zs"}
_DIGITS: Final = {place: str(int(chr(place))) for place in _PLANES if chr(place).isdecimal()}
_WIDE: Final = {place: chr(place - 0xFEE0) for place in range(0xFF01, 0xFF5F)}
_HYPHENS: Final = dict.fromkeys((*range(0x2010, 0x2016), 0x2212, 0xFE58, 0xFE63), "-")
_FOLDED: Final = {**_SPACES, **_DIGITS, **_WIDE, **_HYPHENS, 0xFE6B: "@", 0x2024: "."}
# Characters without a shape, and marks that only change the one before: the dot of a small Turkish i that
# was a capital, the frame of a digit's emoji.
_UNSEEN: Final = frozenset(
    {chr(place) for place in _PLANES if unicodedata.category(chr(place)) == "Cf"}
    | {"\u0307", "\u034f", "\u20e3"}
    | {chr(place) for place in range(0xFE00, 0xFE10)}
)
_FOLDABLE: Final = _UNSEEN | {chr(place) for place in _FOLDED}
