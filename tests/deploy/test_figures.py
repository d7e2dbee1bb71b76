"""Every query of every panel and rule on a real Prometheus over the real processes."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from deploy.composed import ROOT
from deploy.observed import RULES, Prometheus
from harness.wait import until

DASHBOARD: dict[str, Any] = msgspec.json.decode(
    (ROOT / "deploy/grafana/dashboards/deskpulse.json").read_bytes()
)
_CHOSEN = {
    "$__rate_interval": "10m",
    "$source": ".*",
    "$team": ".*",
    "$clock": "calendar",
}
_SUFFIXES = ("_total", "_bucket", "_count", "_sum")


def panels() -> list[dict[str, Any]]:
    """The panels that show something."""
    return [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]


def shown() -> Iterator[tuple[str, str]]:
    """Each panel's title with each of its queries, everything chosen."""
    for panel in panels():
        for target in panel["targets"]:
            query = target["expr"]
            for variable, value in _CHOSEN.items():
                query = query.replace(variable, value)
            yield panel["title"], query


def rules(kind: str) -> list[dict[str, Any]]:
    """All rules that have `kind`: record, or alert."""
    return [
        rule
        for content in RULES.values()
        for group in content["groups"]
        for rule in group["rules"]
        if kind in rule
    ]


def test_every_query_of_every_panel_gives_finite_rows(prometheus: Prometheus) -> None:
    wrong = [f"{title}: {what}" for title, query in shown() if (what := prometheus.lastingly_wrong(query))]

    assert not wrong


def test_every_recording_rule_gives_finite_rows(prometheus: Prometheus) -> None:
    names = {rule["record"] for rule in rules("record")}

    assert not [what for name in sorted(names) if (what := prometheus.lastingly_wrong(name))]


def test_the_business_clock_can_be_chosen_too(prometheus: Prometheus) -> None:
    queries = [query.replace('"calendar"', '"business"') for _, query in shown() if '"calendar"' in query]

    assert queries
    assert not [what for query in queries if (what := prometheus.lastingly_wrong(query))]


def test_every_rule_is_loaded_and_evaluates(prometheus: Prometheus) -> None:
    loaded = [rule for group in prometheus.ask("rules")["groups"] for rule in group["rules"]]

    assert len(loaded) == len(rules("record")) + len(rules("alert"))
    assert [(rule["name"], rule.get("lastError")) for rule in loaded if rule["health"] != "ok"] == []


def test_a_dead_letter_fires_its_alert_and_nothing_else_is_wrong(prometheus: Prometheus) -> None:
    def firing() -> set[str]:
        alerts = prometheus.ask("alerts")["alerts"]
        return {alert["labels"]["alertname"] for alert in alerts if alert["state"] == "firing"}

    assert until(firing, 10, "an alert") == {"HelpdeskDeadLetters"}


def test_every_metric_that_is_asked_for_is_one_that_the_processes_show(prometheus: Prometheus) -> None:
    known = set(prometheus.ask("metadata")) | {rule["record"] for rule in rules("record")} | {"up", "ALERTS"}
    queries = [query for _, query in shown()] + [
        rule["expr"] for kind in ("record", "alert") for rule in rules(kind)
    ]

    asked = {
        name
        for query in queries
        for name in re.findall(r"\b(?:\w+:)?helpdesk(?::\w+:\w+|_\w+(?::\w+)?)", query)
    }

    assert len(asked) > 60
    assert {name for name in asked if not {name, *_families(name)} & known} == set()


def _families(name: str) -> set[str]:
    """What OpenMetrics calls the family of a sample."""
    return {name.removesuffix(suffix) for suffix in _SUFFIXES}


@pytest.mark.parametrize("panel", panels(), ids=lambda panel: str(panel["title"]))
def test_a_panel_says_what_it_shows_and_in_which_unit(panel: dict[str, Any]) -> None:
    assert panel["title"]
    assert panel["description"].endswith(".")
    assert panel["fieldConfig"]["defaults"]["unit"]
    assert {target["datasource"]["uid"] for target in panel["targets"]} == {"${datasource}"}


def test_panels_and_queries_are_told_apart_and_lie_beside_each_other() -> None:
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    cells = [
        (panel["gridPos"]["x"] + x, panel["gridPos"]["y"] + y)
        for panel in DASHBOARD["panels"]
        for x in range(panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["h"])
    ]

    assert len(ids) == len(set(ids))
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24
    for panel in panels():
        references = [target["refId"] for target in panel["targets"]]
        assert len(references) == len(set(references))


@pytest.mark.parametrize("alert", rules("alert"), ids=lambda rule: str(rule["alert"]))
def test_an_alert_says_what_is_wrong_and_what_to_do(alert: dict[str, Any]) -> None:
    assert alert["labels"]["severity"] in ("page", "ticket")
    assert alert["annotations"].keys() == {"summary", "action"}
