"""Aggregates in MongoDB."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymongo import MongoClient

from rollups.amounts import NOW, Amounts, Place, add, add_duration
from rollups.store import RollupStore, flat

LABELS = ("source", "team")
ODD = ["a.b", "$team", "a\0b", "", "müşteri 😀", '"],[', "null", "a/b", "$a.$b\0", " "]


@pytest.fixture
def store(mongo: MongoClient[dict[str, Any]], database: str) -> RollupStore:
    prepared = RollupStore(mongo[database]["rollups"], LABELS)
    prepared.prepare()
    return prepared


def place(bucket: int, team: str | None = "billing") -> Place:
    return Place(bucket, ("acme", team))


def stored(store: RollupStore, *measures: str, **span: Any) -> Amounts:
    """What the store has, partitions added up."""
    found: Amounts = {}
    where = span.pop("where", {})
    for at, numbers in store.read(span.get("since"), span.get("until"), measures, where):
        for measure, amount in flat(numbers):
            add(found, at, measure, amount)
    return found


def test_what_is_applied_is_read_back(store: RollupStore) -> None:
    amounts: Amounts = {place(3600): {"created": 2}, place(NOW, None): {"backlog.open": 1}}
    add_duration(amounts, place(3600), "first_response", 90_250_000, 1)

    store.apply(amounts, 0, None)

    assert stored(store) == amounts


def test_a_span_has_its_first_bucket_and_not_its_last(store: RollupStore) -> None:
    store.apply({place(bucket): {"created": 1} for bucket in (NOW, 0, 3600, 7200, 10_800)}, 0, None)

    assert [at.bucket for at in sorted(stored(store, since=3600, until=10_800))] == [3600, 7200]
    assert [at.bucket for at in sorted(stored(store, until=3600))] == [NOW, 0]
    assert [at.bucket for at in sorted(stored(store, since=7200))] == [7200, 10_800]


def test_only_the_measures_that_are_asked_for_come(store: RollupStore) -> None:
    took = {"took.n": 1, "took.b.-1": 1}
    store.apply({place(0): {"created": 1, "reopens": 1, **took}, place(1): {"reopens": 1}}, 0, None)

    assert stored(store, "created", "took") == {place(0): {"created": 1, **took}}


@pytest.mark.parametrize("team", [*ODD, None])
def test_a_label_may_be_any_text_or_none(team: str | None, store: RollupStore) -> None:
    store.apply({place(0, team): {"created": 1}, place(0, "x"): {"created": 5}}, 0, None)
    store.apply({place(0, team): {"created": 2}}, 0, None)

    assert stored(store, where={"team": {"$eq": team}}) == {place(0, team): {"created": 3}}


def test_no_two_labels_share_a_document(store: RollupStore) -> None:
    store.apply({place(0, team): {"created": 1} for team in [*ODD, None]}, 0, None)

    assert stored(store) == {place(0, team): {"created": 1} for team in [*ODD, None]}


def test_partitions_add_up(store: RollupStore) -> None:
    store.apply({place(0): {"created": 2}}, 0, None)
    store.apply({place(0): {"created": 3}}, 1, None)
    store.apply({place(0): {"created": -1}}, 2, None)

    assert [at for at, _ in store.read(None, None, (), {})] == [place(0)] * 3
    assert stored(store) == {place(0): {"created": 4}}


def test_what_came_to_nothing_means_nothing(store: RollupStore) -> None:
    amounts: Amounts = {place(0): {"created": 1}}
    add_duration(amounts, place(0), "took", 5_000_000, 1)
    back: Amounts = {place(0): {"created": -1}}
    add_duration(back, place(0), "took", 5_000_000, -1)

    store.apply(amounts, 0, None)
    store.apply(back, 0, None)

    assert stored(store) == {}


def test_nothing_at_all_writes_nothing(store: RollupStore) -> None:
    store.apply({}, 0, None)

    assert list(store.read(None, None, (), {})) == []


def test_partitions_are_forgotten_apart(store: RollupStore) -> None:
    for partition in (0, 1, 2):
        store.apply({place(partition): {"created": 1}}, partition, None)

    store.clear([0, 2])
    assert stored(store) == {place(1): {"created": 1}}

    store.clear()
    assert stored(store) == {}


def test_a_transaction_that_fails_leaves_no_amount(
    store: RollupStore, mongo: MongoClient[dict[str, Any]]
) -> None:
    def apply_and_fail() -> None:
        with mongo.start_session() as session, session.start_transaction():
            store.apply({place(0): {"created": 1}}, 0, session)
            raise InterruptedError

    with pytest.raises(InterruptedError):
        apply_and_fail()

    assert stored(store) == {}


_increments = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from((NOW, 0, 3600)),
        st.sampled_from(("billing", None)),
        st.sampled_from(("created", "took.b.17")),
        st.sampled_from((-3, -1, 1, 2)),
    ),
    max_size=15,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_increments)
def test_any_number_of_partial_amounts_adds_up(store: RollupStore, increments: list[Any]) -> None:
    store.clear()
    expected: Amounts = {}
    for partition, bucket, team, measure, amount in increments:
        add(expected, place(bucket, team), measure, amount)
        store.apply({place(bucket, team): {measure: amount}}, partition, None)

    assert stored(store) == expected
