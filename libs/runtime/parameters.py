"""Query parameters of a request, read so that every error names the parameter."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from werkzeug.datastructures import MultiDict

from runtime.problems import Problem

_T = TypeVar("_T")

Parameters = MultiDict[str, str]


def bad(name: str, reason: str) -> Problem:
    """The answer to a parameter `name` that can't be used."""
    return Problem(400, "Bad parameter", f"{name}: {reason}", parameter=name)


def check_names(given: Parameters, known: Iterable[str]) -> None:
    """Raise a 400 problem where a parameter isn't `known`."""
    names = tuple(known)
    for name in given:
        if name not in names:
            raise bad(name, f"unknown parameter; known are {', '.join(names)}")


def single(given: Parameters, name: str) -> str | None:
    """The parameter `name`, None where it is absent; a 400 problem where it is there twice."""
    values = given.getlist(name)
    if len(values) > 1:
        raise bad(name, "given more than once")
    return values[0] if values else None


def parsed(given: Parameters, name: str, parse: Callable[[str], _T]) -> _T | None:
    """The parameter `name` as `parse` reads it; its ValueError becomes a 400 problem."""
    text = single(given, name)
    if text is None:
        return None
    try:
        return parse(text)
    except ValueError as error:
        raise bad(name, f"{error}, got {text[:100]!r}") from None


def one_of(*choices: str) -> Callable[[str], str]:
    """A parser that takes one of `choices`."""

    def parse(text: str) -> str:
        if text not in choices:
            raise ValueError(f"expected one of {', '.join(choices)}")
        return text

    return parse
