"""What mails say, by language: a file each in `texts/`, and more in a folder of the operator's."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from string import Formatter
from typing import Annotated, Final

from msgspec import Meta, Struct

from feedback.scores.scales import FIRST, USUAL
from feedback.scores.scales import Survey as Kind
from runtime.environment import ConfigInvalid
from runtime.objections import read_file, worded
from runtime.shapes import prepared

_OWN: Final = Path(__file__).with_name("texts")
_ABOUT: Final = frozenset({"company", "ticket"})
_PLACEHOLDERS: Final = {
    **dict.fromkeys(("subject", "reminder_subject", "about", "reminder_about"), _ABOUT),
    "until": frozenset({"date"}),
    "date": frozenset({"day", "month", "year"}),
}

Line = Annotated[str, worded(r"^[^\r\n]{1,200}$", "one line of at most 200 characters")]
Text = Annotated[str, Meta(min_length=1, max_length=1000)]


@prepared
class Texts(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """A mail's texts in one language. `labels` name each point of a kind's usual scale, or its two ends."""

    subject: Line
    reminder_subject: Line
    greeting: Text
    about: Text
    reminder_about: Text
    choose: Text
    until: Text
    stop: Text
    stop_link: Text
    date: Line
    months: Annotated[list[Line], Meta(min_length=12, max_length=12)]
    questions: dict[Kind, Text]
    labels: dict[Kind, Annotated[list[Line], Meta(min_length=2)]]


def letter_texts(languages: Iterable[str], folder: str | None = None) -> dict[str, Texts]:
    """The texts of mails in `languages`: from `<folder>/letters/<language>.yml` where there is such a file,
    else those that come along. Raises ConfigInvalid for a language without one, and for a faulty file."""
    return {language: _read(_file(language, folder)) for language in dict.fromkeys(languages)}


def _file(language: str, folder: str | None) -> Path:
    places = [_OWN] if folder is None else [Path(folder) / "letters", _OWN]
    found = [path for place in places if (path := place / f"{language}.yml").is_file()]
    if not found:
        wanted = places[0] / f"{language}.yml" if folder else f"<feedback.texts>/letters/{language}.yml"
        raise ConfigInvalid(
            f"surveys: there are no mails in {language}: write {wanted} after {_OWN / 'en.yml'}, or leave "
            f"{language} out of the languages"
        )
    return found[0]


def _read(path: Path) -> Texts:
    texts = read_file(path, Texts)
    for name, allowed in _PLACEHOLDERS.items():
        _check(f"{path}: {name}", getattr(texts, name), allowed)
    _check_kinds(path, texts)
    return texts


def _check_kinds(path: Path, texts: Texts) -> None:
    for kind, scale in USUAL.items():
        points = scale - FIRST[kind] + 1
        if kind not in texts.questions or kind not in texts.labels:
            raise ConfigInvalid(f"{path}: questions and labels: write those of {kind}")
        if len(texts.labels[kind]) not in (2, points):
            raise ConfigInvalid(f"{path}: labels.{kind}: write {points} of them, or those of the two ends")
        _check(f"{path}: questions.{kind}", texts.questions[kind], frozenset({"company"}))


def _check(place: str, text: str, allowed: frozenset[str]) -> None:
    known = ", ".join(f"{{{name}}}" for name in sorted(allowed))
    try:
        fields = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
        text.format_map(dict.fromkeys(allowed, ""))
    except (ValueError, KeyError, IndexError, AttributeError):
        raise ConfigInvalid(f"{place}: only {known} are filled in; a brace itself is written twice") from None
    if fields - allowed:
        raise ConfigInvalid(f"{place}: only {known} are filled in; a brace itself is written twice")


def choices(
    kind: Kind, first: int, scale: int, texts: Texts, ends: Mapping[int, str]
) -> list[tuple[int, str]]:
    """The points from `first` to `scale`, each with what it stands for ("" between two named ends). `ends`:
    a questionnaire's own words for points."""
    points = range(first, scale + 1)
    labels = texts.labels[kind]
    if ends:
        named = dict(ends)
    elif len(labels) == len(points):
        named = dict(zip(points, labels, strict=True))
    else:
        named = {first: labels[0], scale: labels[-1]}
    return [(point, named.get(point, "")) for point in points]
