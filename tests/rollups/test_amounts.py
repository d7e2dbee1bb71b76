"""Contributions add up and can be taken back, in any order, to the last digit."""

from collections.abc import Iterable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rollups.amounts import NOW, Amounts, Place, add, add_duration

_places = st.builds(
    Place,
    st.sampled_from((NOW, 0, 3600, 7200)),
    st.tuples(st.sampled_from(("acme", "other")), st.sampled_from(("billing", None))),
)
_counts = st.tuples(st.just(add), _places, st.sampled_from(("created", "reopens")), st.integers(1, 5))
_durations = st.tuples(
    st.just(add_duration), _places, st.just("first_response"), st.integers(0, 10**16) | st.just(10**6)
)
_things = st.lists(_counts | _durations, max_size=12)


def contribute(amounts: Amounts, things: Iterable[Any], sign: int) -> Amounts:
    """Add `things` (sign 1) to `amounts` or take them back (-1)."""
    for kind, place, measure, size in things:
        if kind is add:
            add(amounts, place, measure, sign * size)
        else:
            add_duration(amounts, place, measure, size, sign)
    return amounts


@given(_things)
def test_what_was_added_and_taken_back_leaves_nothing(things: list[Any]) -> None:
    amounts = contribute({}, things, 1)

    assert contribute(amounts, reversed(things), -1) == {}


@given(_things)
def test_taking_back_before_adding_comes_to_the_same(things: list[Any]) -> None:
    assert contribute(contribute({}, things, -1), things, 1) == {}


@given(st.data(), _things)
def test_the_order_of_contributions_does_not_matter(data: st.DataObject, things: list[Any]) -> None:
    shuffled = data.draw(st.permutations(things))

    assert contribute({}, shuffled, 1) == contribute({}, things, 1)


@given(st.data(), _things, _things)
def test_what_stays_is_what_was_not_taken_back(
    data: st.DataObject, kept: list[Any], taken: list[Any]
) -> None:
    signed = data.draw(
        st.permutations([*((1, t) for t in kept), *((1, t) for t in taken), *((-1, t) for t in taken)])
    )
    amounts: Amounts = {}
    for sign, thing in signed:
        contribute(amounts, [thing], sign)

    assert amounts == contribute({}, kept, 1)


def test_a_duration_is_its_count_its_exact_sum_and_its_bin() -> None:
    amounts: Amounts = {}
    place = Place(0, ("acme",))

    for us in (1_500_000, 250_001, 0):
        add_duration(amounts, place, "took", us, 1)

    assert amounts == {
        place: {
            "took.n": 3,
            "took.s": 1,
            "took.u": 750_001,
            "took.b.719": 1,
            "took.b.628": 1,
            "took.b.-1": 1,
        }
    }


@given(st.lists(st.integers(0, 10**16), min_size=1, max_size=30))
def test_the_sum_of_durations_is_exact(durations: list[int]) -> None:
    amounts: Amounts = {}
    place = Place(0, ())

    for us in durations:
        add_duration(amounts, place, "took", us, 1)

    sums = amounts[place]
    assert sums.get("took.s", 0) * 1_000_000 + sums.get("took.u", 0) == sum(durations)
