"""docker-compose.yml: it is what the Compose Specification says, and keeps the rules of this project."""

import xml.etree.ElementTree as ET
from typing import Any

import pytest
import yaml
from compose_spec import PyCompose

from deploy.composed import COMPOSE, OURS, ROOT, SECRETS

_PROCESSES = {"ingest", "metrics-worker", "metrics", "feedback-worker", "feedback"}
_SERVICES = sorted(COMPOSE["services"].items())
_OURS = sorted(OURS.items())
_SECRET_WORDS = ("SECRET", "KEY", "TOKEN", "PASSWORD", "SMTP_URL")


def parsed(content: dict[str, Any]) -> PyCompose:
    """`content` as the Compose Specification reads it; ValueError where it doesn't. (Its aliases are written
    out before: YAML's, not the specification's.)"""
    compose = PyCompose.from_yaml(yaml.safe_dump(content))
    compose.validate()
    return compose


def test_the_file_is_valid_by_the_compose_specification() -> None:
    assert set(parsed(COMPOSE).service_names()) == COMPOSE["services"].keys()


@pytest.mark.parametrize(
    "broken",
    [
        {"read_ony": True},
        {"stop_grace_period": "15 parsecs"},
        {"networks": ["elsewhere"]},
        {"secrets": ["none"]},
    ],
)
def test_a_mistake_in_the_file_would_be_found(broken: dict[str, Any]) -> None:
    services = COMPOSE["services"] | {"metrics": COMPOSE["services"]["metrics"] | broken}

    with pytest.raises(ValueError, match=r"metrics|elsewhere|none"):
        parsed(COMPOSE | {"services": services})


def test_every_process_of_ours_is_in_it_from_one_image() -> None:
    assert OURS.keys() == _PROCESSES
    assert [name for name, service in _OURS if "build" in service] == ["ingest"]


@pytest.mark.parametrize(("name", "service"), _OURS)
def test_a_process_of_ours_can_do_no_more_than_its_work(name: str, service: dict[str, Any]) -> None:
    assert service["user"] == "10001:10001"
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]


@pytest.mark.parametrize(("name", "service"), _SERVICES)
def test_a_service_is_watched_bounded_and_restarted(name: str, service: dict[str, Any]) -> None:
    assert service["restart"] == "unless-stopped"
    assert service["healthcheck"]["test"][0] == "CMD"
    assert {"cpus", "memory"} <= service["deploy"]["resources"]["limits"].keys()
    assert service["networks"]


@pytest.mark.parametrize(("name", "service"), _OURS)
def test_a_process_of_ours_has_time_to_finish(name: str, service: dict[str, Any]) -> None:
    assert service["stop_grace_period"] == "15s"


@pytest.mark.parametrize(("name", "service"), _SERVICES)
def test_ports_are_published_on_the_loopback_alone(name: str, service: dict[str, Any]) -> None:
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


@pytest.mark.parametrize(("name", "service"), _SERVICES)
def test_an_image_is_pinned_to_a_version(name: str, service: dict[str, Any]) -> None:
    tag = service["image"].partition(":")[2]

    assert service["image"] == "deskpulse" or tag.lstrip("v")[0].isdigit()


@pytest.mark.parametrize(("name", "service"), _SERVICES)
def test_no_secret_is_in_the_environment(name: str, service: dict[str, Any]) -> None:
    secret = {
        variable: value
        for variable, value in service.get("environment", {}).items()
        if any(word in variable for word in _SECRET_WORDS)
    }

    assert all(variable.endswith("_FILE") for variable in secret)
    assert {value.removeprefix(f"{SECRETS}/") for value in secret.values()} == set(service.get("secrets", []))


def test_kafka_is_the_version_that_the_tests_run_on() -> None:
    pom = ET.parse(ROOT / "deploy/local/kafka/pom.xml").getroot()
    names = {"maven": "http://maven.apache.org/POM/4.0.0"}
    versions = {
        dependency.findtext("maven:artifactId", "", names): dependency.findtext("maven:version", "", names)
        for dependency in pom.iterfind(".//maven:dependency", names)
    }

    assert COMPOSE["services"]["kafka"]["image"] == f"apache/kafka:{versions['kafka_2.13']}"


def test_nothing_outside_reaches_kafka_and_mongodb() -> None:
    assert COMPOSE["networks"]["parts"] == {"internal": True}
    for name in ("kafka", "mongo"):
        assert COMPOSE["services"][name]["networks"] == ["parts"]
        assert "ports" not in COMPOSE["services"][name]
