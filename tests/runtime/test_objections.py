"""What is wrong with a file is told by the names that its writer gave, and in words."""

from typing import Annotated

import pytest
from msgspec import Meta, Struct, yaml

from runtime.objections import Objection, convert, worded


class Shelf(Struct, forbid_unknown_fields=True):
    books: dict[str, dict[str, list[int]]] = {}
    sizes: dict[Annotated[str, worded(r"^[a-z]\d$", "a letter and a digit")], int] = {}
    names: list[Annotated[str, worded(r"^\S+$", "a word")]] = []
    rows: Annotated[int, Meta(ge=1)] = 1


WRONG = {
    "books: {left: {a: [1]}, right: {b: [1], c: [1, x]}}": (
        ".books.right.c[1]",
        "Expected `int`, got `str`",
    ),
    "books: {left: {a: [1]}, 5: {b: [1]}}": (".books", "Expected `str`, got `int` instead of 5"),
    "books: {left: {a: [1], no: [1]}}": (".books.left", "Expected `str`, got `bool` instead of False"),
    "sizes: {a1: 1, 1a: 1}": (".sizes", "expected a letter and a digit instead of 1a"),
    "names: [one, two words]": (".names[1]", "expected a word"),
    "rows: 0": (".rows", "Expected `int` >= 1"),
    "{rows: 1, colour: 1}": ("", "Object contains unknown field `colour`"),
    "[1]": ("", "Expected `object`, got `array`"),
    # The same is wrong twice: the first is told.
    "books: {left: {a: [x]}, right: {b: [x]}}": (".books.left.a[0]", "Expected `int`, got `str`"),
}


@pytest.mark.parametrize("written", WRONG)
def test_the_place_is_spelled_with_the_writers_names_and_the_pattern_in_words(written: str) -> None:
    with pytest.raises(Objection) as told:
        convert(yaml.decode(written), Shelf)

    assert (told.value.place, told.value.what) == WRONG[written]


@pytest.mark.parametrize("written", ["books: {ayse@acme.example: {a: 1}}", "sizes: {ayse@acme.example: 1}"])
def test_a_name_that_may_be_somebodys_address_is_not_told(written: str) -> None:
    with pytest.raises(Objection) as told:
        convert(yaml.decode(written), Shelf)

    assert "[...]" in str(told.value)
    assert "ayse" not in str(told.value)


def test_what_fits_is_given_back_as_its_shape() -> None:
    assert convert(yaml.decode("{books: {left: {a: [1]}}}"), Shelf) == Shelf(books={"left": {"a": [1]}})
