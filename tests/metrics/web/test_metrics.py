"""`/metrics`: what a scrape shows of tickets that went through the worker's handler."""

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from harness.scraping import scrape, value
from harness.telling import Telling, changed, created, event, wrote

Replica = Callable[..., FlaskClient]

BILLING = {"source": "acme", "team": "billing", "priority": "high", "channel": "email"}


def ago(**span: float) -> str:
    return (datetime.now(UTC) - timedelta(**span)).isoformat()


def billing(subject: str, time: str) -> dict[str, Any]:
    return created(subject, time, team="billing", priority="high", channel="email")


@pytest.fixture
def filled(telling: Telling) -> Telling:
    telling.tell(
        billing("1", "2026-11-01T09:00:00Z"),
        wrote("1", "2026-11-01T09:30:00.500000Z", "agent", "ayse"),
        wrote("1", "2026-11-01T10:00:00Z", "customer"),
        wrote("1", "2026-11-01T10:01:00Z", "agent", "ayse"),
        changed("1", "2026-11-01T11:00:00Z", status="resolved"),
        changed("1", "2026-11-01T12:00:00Z", status="open"),
    )
    telling.tell(billing("2", "2026-11-01T08:00:00Z"), partition=1)
    telling.tell(created("3", "2026-11-03T10:00:00Z", source="other-desk"), partition=2)
    return telling


def test_counters_add_up_the_partitions(web: FlaskClient, filled: Telling) -> None:
    found = scrape(web)

    assert value(found, "helpdesk_tickets_created_total", **BILLING) == 2
    assert value(found, "helpdesk_tickets_resolved_total", **BILLING) == 1
    assert value(found, "helpdesk_tickets_reopened_total", **BILLING) == 1
    assert value(found, "helpdesk_customer_messages_total", **BILLING) == 1


def test_histograms_are_cumulative_with_the_exact_sum(web: FlaskClient, filled: Telling) -> None:
    found = scrape(web)
    labels = {**BILLING, "clock": "calendar"}

    bounds = {"900.0": 0.0, "1800.0": 0.0, "3600.0": 1.0, "+Inf": 1.0}
    for le, count in bounds.items():
        assert value(found, "helpdesk_first_response_seconds_bucket", **labels, le=le) == count
    assert value(found, "helpdesk_first_response_seconds_sum", **labels) == 1800.5
    assert value(found, "helpdesk_next_response_seconds_bucket", **labels, le="60.0") == 1
    assert value(found, "helpdesk_resolution_seconds_sum", **labels) == 7200


def test_levels_are_those_of_now(web: FlaskClient, filled: Telling) -> None:
    found = scrape(web)

    backlog = {
        status: value(found, "helpdesk_backlog_tickets", **BILLING, status=status)
        for status in ("new", "open", "pending", "on_hold")
    }
    assert backlog == {"new": 1, "open": 1, "pending": 0, "on_hold": 0}
    assert value(found, "helpdesk_unanswered_tickets", **BILLING) == 1
    oldest = "helpdesk_backlog_oldest_created_timestamp_seconds"
    expected = datetime(2026, 11, 1, 8, tzinfo=UTC).timestamp()
    assert value(found, oldest, source="acme", team="billing") == expected
    newest = datetime(2026, 11, 3, 10, tzinfo=UTC).timestamp()
    assert value(found, "helpdesk_data_last_event_timestamp_seconds") == newest
    assert value(found, "helpdesk_store_up") == 1


def test_without_an_unresolved_ticket_there_is_no_oldest(web: FlaskClient, telling: Telling) -> None:
    telling.tell(billing("1", "2026-11-01T09:00:00Z"), changed("1", "2026-11-01T11:00:00Z", status="closed"))

    found = scrape(web)

    assert not [name for name, _ in found if name == "helpdesk_backlog_oldest_created_timestamp_seconds"]
    assert value(found, "helpdesk_backlog_tickets", **BILLING, status="open") == 0


def test_an_unknown_label_is_other_and_a_known_set_is_in_every_family_from_zero(
    web: FlaskClient, filled: Telling
) -> None:
    found = scrape(web)
    unknown = {"source": "other-desk", "team": "other", "priority": "other", "channel": "other"}

    assert value(found, "helpdesk_tickets_created_total", **unknown) == 1
    assert value(found, "helpdesk_tickets_resolved_total", **unknown) == 0
    assert value(found, "helpdesk_restatements_total", **unknown, measure="resolved") == 0
    assert value(found, "helpdesk_resolution_seconds_count", **unknown, clock="calendar") == 0
    assert value(found, "helpdesk_cohort_tickets", **unknown, window="1d") == 0
    assert value(found, "helpdesk_folded_label_sets") == 0


def test_cohorts_count_the_tickets_created_within_each_window(web: FlaskClient, telling: Telling) -> None:
    telling.tell(
        billing("1", ago(hours=2)),
        changed("1", ago(hours=1), status="resolved"),
        billing("2", ago(days=3)),
        billing("3", ago(days=20)),
        changed("3", ago(days=19), status="closed"),
        billing("4", ago(days=40)),
    )

    found = scrape(web)

    by_window = {
        window: (
            value(found, "helpdesk_cohort_tickets", **BILLING, window=window),
            value(found, "helpdesk_cohort_resolved_tickets", **BILLING, window=window),
        )
        for window in ("1d", "7d", "30d")
    }
    assert by_window == {"1d": (1, 1), "7d": (2, 1), "30d": (3, 2)}


def test_cohorts_are_exact_where_tickets_have_come_to_other_partitions(
    web: FlaskClient, telling: Telling
) -> None:
    telling.tell(billing("1", ago(hours=2)), billing("2", ago(hours=2)))
    telling.tell(changed("1", ago(hours=1), status="resolved"), partition=5)
    telling.tell(event("ticket.deleted", "2", ago(hours=1), {"reason": "spam"}), partition=6)

    found = scrape(web)

    assert value(found, "helpdesk_cohort_tickets", **BILLING, window="1d") == 1
    assert value(found, "helpdesk_cohort_resolved_tickets", **BILLING, window="1d") == 1


def test_what_was_counted_stays_counted_and_its_change_is_a_restatement(
    replica: Replica, filled: Telling
) -> None:
    filled.tell(event("ticket.deleted", "1", "2026-11-04T00:00:00Z"))

    found = scrape(replica())

    assert value(found, "helpdesk_tickets_created_total", **BILLING) == 2
    assert value(found, "helpdesk_restatements_total", **BILLING, measure="created") == 1
    assert value(found, "helpdesk_backlog_tickets", **BILLING, status="open") == 0


def test_the_exposition_is_sound(web: FlaskClient, filled: Telling) -> None:
    seen: set[tuple[str, str]] = set()
    for family in text_string_to_metric_families(web.get("/metrics").text):
        assert family.name.startswith("helpdesk_")
        assert family.documentation.endswith(".")
        # Nobody promises anything here.
        assert bool(family.samples) != family.name.startswith("helpdesk_sla_"), family.name
        for sample in family.samples:
            assert sample.timestamp is None
            place = (sample.name, repr(sorted(sample.labels.items())))
            assert place not in seen
            seen.add(place)
        if family.type == "counter":
            assert all(sample.name.endswith("_total") for sample in family.samples)
        if family.type == "histogram":
            _check_histogram(family.samples)


def _check_histogram(found: list[Any]) -> None:
    rows: dict[str, dict[str, float]] = {}
    counts = {}
    for sample in found:
        labels = repr(sorted((k, v) for k, v in sample.labels.items() if k != "le"))
        if sample.name.endswith("_bucket"):
            rows.setdefault(labels, {})[sample.labels["le"]] = sample.value
        elif sample.name.endswith("_count"):
            counts[labels] = sample.value
    assert rows.keys() == counts.keys()
    for labels, buckets in rows.items():
        ordered = [buckets[le] for le in sorted(buckets, key=float)]
        assert ordered == sorted(ordered)
        assert buckets["+Inf"] == counts[labels]
        assert max(map(float, buckets)) == math.inf


def test_openmetrics_is_served_to_those_who_ask(web: FlaskClient, filled: Telling) -> None:
    answer = web.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})

    assert answer.content_type.startswith("application/openmetrics-text")
    assert answer.text.endswith("# EOF\n")


def test_an_empty_store_shows_that_it_is_up(web: FlaskClient) -> None:
    found = scrape(web)

    assert value(found, "helpdesk_store_up") == 1
    assert value(found, "helpdesk_data_last_event_timestamp_seconds") is None


def test_replicas_show_the_same_numbers(replica: Replica, filled: Telling) -> None:
    first, second = scrape(replica()), scrape(replica())

    taken = ("helpdesk_snapshot_timestamp_seconds", ())
    assert first.pop(taken) <= second.pop(taken)
    assert first == second
