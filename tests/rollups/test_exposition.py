"""Durable totals as Prometheus reads them."""

from rollups.exposition import buckets, is_folded, seconds_sum, shown, values_of

ALLOWED = [{"acme"}, {"billing", "orders"}]


def test_buckets_are_cumulative_and_written_as_all_clients_write_them() -> None:
    numbers = {"took.le.60": 2, "took.le.300": 1, "took.le.inf": 4, "took.n": 7, "else.le.60": 9}

    assert buckets(numbers, "took", (60, 300, 1_209_600)) == [
        ("60.0", 2),
        ("300.0", 3),
        ("1.2096e+06", 3),
        ("+Inf", 7),
    ]


def test_a_bound_that_is_no_longer_exposed_counts_under_the_next() -> None:
    assert buckets({"took.le.90": 2, "took.le.60": 1}, "took", (60, 300)) == [
        ("60.0", 1),
        ("300.0", 3),
        ("+Inf", 3),
    ]


def test_nothing_counted_is_buckets_of_zero() -> None:
    assert buckets({}, "took", (60,)) == [("60.0", 0), ("+Inf", 0)]
    assert seconds_sum({}, "took") == 0


def test_a_sum_has_its_microseconds() -> None:
    assert seconds_sum({"took.s": 12, "took.u": 500_000}, "took") == 12.5


def test_unknown_values_and_those_beyond_the_cap_are_other() -> None:
    assert shown(("acme", "billing"), ALLOWED) == ("acme", "billing")
    assert shown(("acme", None), ALLOWED) == ("acme", "other")
    assert shown(("acme", "returns"), ALLOWED) == ("acme", "other")


def test_only_a_known_value_that_is_not_shown_counts_as_folded() -> None:
    assert is_folded(("acme", "returns"), ALLOWED)
    assert not is_folded(("acme", None), ALLOWED)
    assert not is_folded(("acme", "other"), ALLOWED)


def test_values_are_gathered_per_label_without_the_unknown() -> None:
    assert values_of([("acme", None), ("acme", "billing"), ("b", "other")], 2) == [{"acme", "b"}, {"billing"}]
