"""Reports from the aggregates' cells alone."""

import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import asdict

from metrics.contributions import LABELS
from metrics.reports.measures import MEASURES
from reports.tables import ROWS, Asked, OffBucket, Table, TooManyRows, table
from rollups.amounts import Place
from rollups.intervals import Interval
from rollups.sketch import bin_of
from rollups.store import Nested

HOUR = 3600
Cells = Iterable[tuple[Place, Nested]]


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def cell(
    time: str, numbers: dict[str, Any], team: str | None = "billing", agent: str | None = "ayse"
) -> tuple[Place, Nested]:
    return Place(at(f"{time}+00:00"), ("acme", team, None, "email", agent)), numbers


def report(
    measure: str,
    cells: Cells,
    interval: Interval | None = None,
    start: str | None = None,
    end: str | None = None,
    group_by: tuple[str, ...] = (),
    tz: str = "UTC",
) -> Table:
    first, last = (None if text is None else at(text) for text in (start, end))
    asked = Asked(first, last, interval, ZoneInfo(tz), group_by, HOUR)
    return table(MEASURES[measure], cells, asked, LABELS)


def rows(found: Table) -> list[dict[str, Any]]:
    return [
        {
            "from": datetime.fromtimestamp(row.start, UTC).isoformat()[:16],
            "group": row.group,
            **asdict(row.figures),
        }
        for row in found.rows
    ]


def test_cells_of_several_partitions_and_labels_add_up() -> None:
    cells = [
        cell("2026-11-01T10:00", {"created": 2, "customer_messages": 1}),
        cell("2026-11-01T10:00", {"created": 3}),
        cell("2026-11-01T12:00", {"created": 1}, team="orders"),
    ]

    found = report("volume", cells)

    assert (found.start, found.end) == (at("2026-11-01T10:00Z"), at("2026-11-01T13:00Z"))
    assert rows(found) == [{"from": "2026-11-01T10:00", "group": (), "created": 6, "customer_messages": 1}]


def test_an_interval_without_anything_is_a_row_of_zeros_unless_grouped() -> None:
    cells = [cell("2026-11-01T10:00", {"reopens": 1}), cell("2026-11-03T10:00", {"reopens": 2})]

    plain = report("reopens", cells, "day")
    grouped = report("reopens", cells, "day", group_by=("team",))

    assert [row["reopens"] for row in rows(plain)] == [1, 0, 2]
    assert [(row["from"], row["group"], row["reopens"]) for row in rows(grouped)] == [
        ("2026-11-01T00:00", ("billing",), 1),
        ("2026-11-03T00:00", ("billing",), 2),
    ]


def test_groups_come_in_the_order_of_their_labels_with_the_unknown_last() -> None:
    cells = [cell("2026-11-01T10:00", {"created": 1}, team=team) for team in (None, "orders", "billing")]

    groups = [row.group for row in report("volume", cells, group_by=("team", "source")).rows]

    assert groups == [("billing", "acme"), ("orders", "acme"), (None, "acme")]


def test_what_was_taken_back_is_as_if_it_had_never_been() -> None:
    cells = [
        cell("2020-01-01T00:00", {"created": 0, "customer_messages": 0}),
        cell("2020-02-01T00:00", {"created": 1}, team="gone"),
        cell("2020-02-01T00:00", {"created": -1}, team="gone"),
        cell("2026-11-01T10:00", {"created": 1}),
    ]

    assert report("volume", cells, group_by=("team",)) == report("volume", cells[-1:], group_by=("team",))


def test_only_what_lies_in_the_period_counts() -> None:
    cells = [cell(f"2026-11-01T{hour:02d}:00", {"created": 1}) for hour in range(24)]

    found = report("volume", cells, start="2026-11-01T10:00Z", end="2026-11-01T12:00Z")

    assert [row["created"] for row in rows(found)] == [2]


def test_a_backlog_counts_everything_before_the_end_of_its_interval() -> None:
    cells = [
        cell("2026-10-01T00:00", {"created": 5}),
        cell("2026-11-01T10:00", {"resolutions": 3}),
        cell("2026-11-02T10:00", {"reopens": 1}),
    ]

    found = report("backlog", cells, "day", start="2026-11-01T00:00Z", end="2026-11-04T00:00Z")

    assert [row["backlog"] for row in rows(found)] == [2, 3, 3]


def test_a_group_whose_backlog_is_nothing_is_left_out() -> None:
    cells = [
        cell("2026-11-01T10:00", {"created": 1, "resolutions": 1}),
        cell("2026-11-01T10:00", {"created": 1}, team="orders"),
    ]

    assert [row.group for row in report("backlog", cells, group_by=("team",)).rows] == [("orders",)]


def test_means_are_exact_and_percentiles_within_one_percent() -> None:
    seconds = [60, 120, 1800, 7200, 100_000]
    cells = []
    for value in seconds:
        us = value * 1_000_000 + 250_000
        numbers = {"n": 1, "s": value, "u": 250_000, "b": {str(bin_of(us)): 1}}
        cells.append(cell("2026-11-01T10:00", {"first_response": numbers}))

    (row,) = rows(report("first_response", cells))

    assert row["count"] == 5
    assert row["mean"] == sum(seconds) / 5 + 0.25
    assert row["p50"] == pytest.approx(1800.25, rel=0.01)
    assert row["p75"] == pytest.approx(7200.25, rel=0.01)
    assert row["p90"] == pytest.approx(62_880.25, rel=0.01)


def test_no_duration_is_null_and_not_zero() -> None:
    (row,) = rows(report("next_response", [], start="2026-11-01T00:00Z", end="2026-11-02T00:00Z"))

    assert row["count"] == 0
    assert {row[name] for name in ("mean", "p50", "p75", "p90", "p95", "p99")} == {None}


def test_both_resolution_rates_come_with_what_they_are_made_of() -> None:
    cells = [
        cell("2026-11-01T10:00", {"created": 4, "cohort_resolved": 1}),
        cell("2026-11-01T11:00", {"resolutions": 3}),
    ]

    first, second = rows(report("resolution_rate", cells, "hour"))

    assert first["flow"] == 0
    assert first["cohort"] == 0.25
    assert (second["created"], second["resolutions"], second["flow"], second["cohort"]) == (0, 3, None, None)


def test_days_of_a_zone_are_cut_at_its_midnight() -> None:
    cells = [cell("2026-10-24T21:00", {"created": 1}), cell("2026-10-24T22:00", {"created": 2})]

    found = report("volume", cells, "day", tz="Europe/Rome")

    assert [row["created"] for row in rows(found)] == [1, 2]
    assert found.rows[1].end - found.rows[1].start == 25 * HOUR


def test_a_zone_whose_midnight_is_no_edge_of_a_bucket_is_refused() -> None:
    with pytest.raises(OffBucket) as refused:
        report("volume", [cell("2026-11-01T10:00", {"created": 1})], "day", tz="Asia/Kolkata")

    assert refused.value.at % HOUR == 1800


def test_without_any_data_a_report_about_everything_has_no_rows() -> None:
    assert report("volume", [], "day") == Table(None, None, [])
    assert report("backlog", [], end="2026-11-01T00:00Z") == Table(None, at("2026-11-01T00:00Z"), [])


def test_too_many_rows_are_refused() -> None:
    cells = [cell("2026-11-01T10:00", {"created": 1})]

    with pytest.raises(TooManyRows):
        report("volume", cells, "hour", "2000-01-01T00:00Z", "2030-01-01T00:00Z")
    many = [cell("2026-11-01T10:00", {"created": 1}, agent=f"a{n}") for n in range(ROWS + 1)]
    with pytest.raises(TooManyRows):
        report("volume", many, group_by=("agent",))


def test_four_years_of_hours_take_well_under_a_second() -> None:
    numbers = {"n": 1, "s": 60, "b": {"950": 1, "960": 2, "970": 3}}
    first = at("2022-01-01T00:00Z")
    cells = [
        (
            Place(first + hour * HOUR * 2, ("acme", "billing", None, "email", "ayse")),
            {"full_resolution": numbers},
        )
        for hour in range(20_000)
    ]

    started = time.process_time()
    found = report("full_resolution", cells, "week", tz="Europe/Istanbul", group_by=("agent",))

    assert len(found.rows) > 200
    assert time.process_time() - started < 1
