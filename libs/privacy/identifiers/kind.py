"""What an identifier looks like, and how all of one kind are found in a text in linear time (pure)."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

FEWEST_DIGITS: Final = 8

Found: TypeAlias = tuple[int, str]
"""Where it ends in the text, and the marker that takes its place."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of identifier: where one may be, and what it is (None: only looks like one).

    The time of a search is linear as long as `pattern` is bounded in length, or can begin only where a run
    of its own letters begins. `possible` is a quick look whether a text may have one at all.
    """

    possible: Callable[[str], bool]
    pattern: re.Pattern[str]
    read: Callable[[re.Match[str]], Found | None]


def occurrences(kind: Kind, text: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and marker of each identifier of this kind in `text`, from left to right."""
    if not kind.possible(text):
        return
    position = 0
    while match := kind.pattern.search(text, position):
        found = kind.read(match)
        if found is None:
            position = match.start() + 1
        else:
            position, marker = found
            yield match.start(), position, marker


def certain(marker: str) -> Callable[[re.Match[str]], Found]:
    """Reads whatever matches as what it looks like."""
    return lambda match: (match.end(), marker)


def proven(marker: str, proof: Callable[[str], bool]) -> Callable[[re.Match[str]], Found | None]:
    """Reads a match as what it looks like where `proof` holds for its digits (or its group 1's)."""

    def read(match: re.Match[str]) -> Found | None:
        return (match.end(), marker) if proof(digits(match[match.lastindex or 0])) else None

    return read


def longest(marker: str, proof: Callable[[list[str]], bool]) -> Callable[[re.Match[str]], Found | None]:
    """Reads the longest beginning of a match, in whole groups of digits, for which `proof` holds."""

    def read(match: re.Match[str]) -> Found | None:
        groups = list(_GROUP.finditer(match.string, match.start(), match.end()))
        if match.string[match.end() : match.end() + 1].isdecimal():
            groups.pop()
        while groups:
            if proof([group[0] for group in groups]):
                return groups[-1].end(), marker
            groups.pop()
        return None

    return read


def many_digits(text: str) -> bool:
    """Whether `text` has the digits of the shortest telephone number at least."""
    return sum(map(text.count, "0123456789")) >= FEWEST_DIGITS


def digits(text: str) -> str:
    """The digits of `text`, without what is between them."""
    return "".join(_GROUP.findall(text))


_GROUP = re.compile(r"[0-9]+")
