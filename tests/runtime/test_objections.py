"""What is wrong with a file is told by the names that its writer gave, and in words."""

from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
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
    "books: {left: {a: [1]}, 5: {b: [1]}}": (".books", "the key 5: Expected `str`, got `int`"),
    "books: {left: {a: [1], no: [1]}}": (".books.left", "the key False: Expected `str`, got `bool`"),
    "sizes: {a1: 1, 1a: 1}": (".sizes", "the key 1a: expected a letter and a digit"),
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


keys = st.sampled_from(("books", "sizes", "names", "rows", "a1", "", "a.b", "[0]", "...", 5, None, True))
anything = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(("a1", "two words")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
)


@given(anything)
def test_whatever_is_written_fits_or_is_objected_to_in_words(written: Any) -> None:
    try:
        convert(written, Shelf)
    except Objection as told:
        said = str(told)
    else:
        said = ""
    assert "regex" not in said


def test_what_fits_is_given_back_as_its_shape() -> None:
    assert convert(yaml.decode("{books: {left: {a: [1]}}}"), Shelf) == Shelf(books={"left": {"a": [1]}})
