"""What the page says, by language: a file each in `texts/`, and more in a folder of the operator's."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from string import Formatter
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta, Struct

from feedback.config import Questionnaire
from runtime.environment import ConfigInvalid
from runtime.objections import read_file
from runtime.shapes import prepared

_OWN: Final = Path(__file__).with_name("texts")
_FILLED: Final = ("company", "date", "limit")
_DATE: Final = ("day", "month", "year")

Text = Annotated[str, Meta(min_length=1, max_length=600)]


class Said(Struct, frozen=True, forbid_unknown_fields=True):
    """A heading and a sentence."""

    title: Text
    text: Text


class Questions(Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked, by kind of survey."""

    csat: Text
    nps: Text
    ces: Text


class Labels(Struct, frozen=True, forbid_unknown_fields=True):
    """What each point of a usual scale stands for, or its two ends."""

    csat: tuple[Text, Text, Text, Text, Text]
    nps: tuple[Text, Text]
    ces: tuple[Text, Text, Text, Text, Text, Text, Text]


class Dates(Struct, frozen=True, forbid_unknown_fields=True):
    """How a date is written ({day}, {month}, {year}), and the months as they stand in it."""

    pattern: Text
    months: Annotated[tuple[Text, ...], Meta(min_length=12, max_length=12)]


class Form(Struct, frozen=True, forbid_unknown_fields=True):
    """The form for the answer."""

    title: Text
    present: Text
    until: Text
    reason: Text
    optional: Text
    hint: Text
    send: Text
    change: Text


class Faults(Struct, frozen=True, forbid_unknown_fields=True):
    """What is wrong with what was typed, or with us."""

    summary: Text
    score: Text
    long: Text
    characters: Text
    empty: Text
    consent: Text
    unavailable: Said


class Thanks(Struct, frozen=True, forbid_unknown_fields=True):
    """After an answer."""

    stored: Said
    changed: Said
    without_comment: Text
    edit: Text
    more: Text
    hint: Text
    send: Text
    added: Said


class Stop(Struct, frozen=True, forbid_unknown_fields=True):
    """Not wanting to be asked again."""

    link: Text
    ask: Said
    button: Text
    done: Said


class Problems(Struct, frozen=True, forbid_unknown_fields=True):
    """Why there is no form; see `feedback.page.refusals`."""

    unknown: Said
    expired: Said
    closed: Said
    erased: Said
    busy: Said
    large: Said
    form: Said
    garbled: Said
    method: Said
    unavailable: Said
    failed: Said


@prepared
class Texts(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """All texts in one language: its `name`, in itself, and its `direction`; `languages` names the choice
    among them. In each text {company}, {date} (the last day to answer) and {limit} are filled in."""

    name: Text
    direction: Literal["ltr", "rtl"] = "ltr"
    languages: Text
    dates: Dates
    questions: Questions
    labels: Labels
    form: Form
    faults: Faults
    thanks: Thanks
    stop: Stop
    problems: Problems


def texts(folder: Path | None = None) -> dict[str, Texts]:
    """The texts by language (`tr`): those that come along, and those in `page/` of `folder`, which go
    before them. Raises ConfigInvalid that names the file and the text."""
    if folder is not None and not folder.is_dir():
        raise ConfigInvalid(f"feedback.texts: there is no folder {folder}")
    places = [_OWN] if folder is None else [_OWN, folder / "page"]
    files = {path.stem: path for place in places for path in place.glob("*.yml")}
    return {language: _read(path) for language, path in sorted(files.items())}


def check_languages(known: Mapping[str, Questionnaire], written: Mapping[str, Texts]) -> None:
    """Raise ConfigInvalid where one of the questionnaires `known` asks in a language that isn't `written`."""
    for name, questionnaire in known.items():
        for language in questionnaire.languages:
            if language not in written:
                raise ConfigInvalid(
                    f"surveys.{name}.languages: the page has no texts in {language}: write "
                    f"<feedback.texts>/page/{language}.yml after {_OWN / 'en.yml'}, or leave {language} out"
                )


def filled(written: Texts, **values: str) -> Texts:
    """`written` with `values` for company, date and limit."""
    plain: dict[str, Any] = msgspec.to_builtins(written)
    kept = {"dates": plain.pop("dates")}
    return msgspec.convert({**_mapped(plain, values), **kept}, Texts)


def date(moment: datetime, dates: Dates) -> str:
    """The day of `moment` as `dates` has it written."""
    month = dates.months[moment.month - 1]
    return dates.pattern.format(day=moment.day, month=month, year=moment.year)


def _read(path: Path) -> Texts:
    read = read_file(path, Texts)
    for place, text in _leaves(msgspec.to_builtins(read), ""):
        _check(f"{path}: {place}", text, _DATE if place == "dates.pattern" else _FILLED)
    return read


def _check(place: str, text: str, allowed: tuple[str, ...]) -> None:
    try:
        parsed = [part[1:] for part in Formatter().parse(text) if part[1] is not None]
    except ValueError:
        parsed = [("", "", None)]
    if any(spec or how or name not in allowed for name, spec, how in parsed):
        known = ", ".join(f"{{{name}}}" for name in allowed)
        raise ConfigInvalid(f"{place}: only {known} are filled in; a brace itself is written twice")


def _leaves(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield place, value
        return
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        yield from _leaves(inner, f"{place}.{key}" if place else str(key))


def _mapped(value: Any, values: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return value.format(**values)
    if isinstance(value, dict):
        return {key: _mapped(inner, values) for key, inner in value.items()}
    return [_mapped(inner, values) for inner in value]
