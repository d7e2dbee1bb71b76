"""Which language a page speaks, and texts of the configuration that aren't written in it (pure)."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from werkzeug.datastructures import LanguageAccept

_DEFAULT: Final = "en"


class Spoken(NamedTuple):
    """A text and the language that it is in."""

    text: str
    language: str


def chosen(asked: str | None, locale: str | None, accepted: LanguageAccept, known: Sequence[str]) -> str:
    """The one of `known` languages that was asked for; else the ticket's, the browser's, the first."""
    primary = (locale or "").lower().replace("_", "-").partition("-")[0]
    for wanted in (asked, primary):
        if wanted in known:
            return str(wanted)
    return accepted.best_match(known) or known[0]


def preferred(known: Sequence[str]) -> list[str]:
    """`known` languages in their order for those of whom nothing is known."""
    return sorted(known, key=lambda language: (language != _DEFAULT, language))


def spoken(words: Mapping[str, str], language: str, others: Sequence[str]) -> Spoken | None:
    """`words` in `language`, else in the first of the `others` that they are written in, else in any."""
    for each in (language, *others, *words):
        if each in words:
            return Spoken(words[each], each)
    return None
