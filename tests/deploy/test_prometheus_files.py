"""Prometheus's and Alertmanager's files, as their own tools judge them."""

from pathlib import Path

import pytest
import yaml

from deploy.composed import COMPOSE, OURS, ROOT
from deploy.observed import DIRECTORY
from deploy.tools import complaint, required

ALERTMANAGER = ROOT / "deploy/alertmanager/alertmanager.yml"


def test_prometheus_takes_its_configuration_and_rules() -> None:
    assert (
        complaint(
            [
                required("promtool"),
                "check",
                "config",
                "--lint=all",
                "--lint-fatal",
                DIRECTORY / "prometheus.yml",
            ]
        )
        == ""
    )


def test_the_rules_pass_their_unit_tests() -> None:
    assert complaint([required("promtool"), "test", "rules", DIRECTORY / "tests/rules.yml"]) == ""


def test_a_rule_that_counted_replicas_twice_would_fail_them(tmp_path: Path) -> None:
    """The unit tests can fail."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "tests").mkdir()
    for path in DIRECTORY.rglob("*.yml"):
        text = path.read_text(encoding="utf-8").replace("max without (instance)", "sum without (instance)")
        (tmp_path / path.relative_to(DIRECTORY)).write_text(text, encoding="utf-8")

    assert "FAILED" in complaint([required("promtool"), "test", "rules", tmp_path / "tests/rules.yml"])


def test_alertmanager_takes_its_configuration() -> None:
    assert complaint([required("amtool"), "check-config", ALERTMANAGER]) == ""


def test_every_process_is_scraped_at_the_port_that_it_serves() -> None:
    config = yaml.safe_load((DIRECTORY / "prometheus.yml").read_text(encoding="utf-8"))
    scraped = {
        job["job_name"]: (place["names"], str(place["port"]))
        for job in config["scrape_configs"]
        for place in job["dns_sd_configs"]
    }

    assert scraped == {name: ([name], service["command"][-1]) for name, service in OURS.items()}


@pytest.mark.parametrize("folder", ["prometheus", "alertmanager"])
def test_the_containers_have_these_files(folder: str) -> None:
    service = COMPOSE["services"][folder]

    assert f"./deploy/{folder}:/etc/{folder}:ro" in service["volumes"]
    assert f"--config.file=/etc/{folder}/{folder}.yml" in service["command"]
    assert (ROOT / f"deploy/{folder}/{folder}.yml").is_file()


def test_grafana_finds_its_data_source_and_its_dashboard() -> None:
    grafana = COMPOSE["services"]["grafana"]
    provisioning = ROOT / "deploy/grafana/provisioning"
    (provider,) = yaml.safe_load((provisioning / "dashboards/deskpulse.yml").read_text(encoding="utf-8"))[
        "providers"
    ]
    (source,) = yaml.safe_load((provisioning / "datasources/prometheus.yml").read_text(encoding="utf-8"))[
        "datasources"
    ]

    mounted = dict(volume.removesuffix(":ro").split(":") for volume in grafana["volumes"][:2])
    assert mounted["./deploy/grafana/provisioning"] == "/etc/grafana/provisioning"
    assert mounted["./deploy/grafana/dashboards"] == provider["options"]["path"]
    assert grafana["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"].startswith(
        provider["options"]["path"]
    )
    assert source["url"] == "http://prometheus:9090"
