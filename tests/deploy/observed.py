"""A real Prometheus over real processes, with the rules of deploy/prometheus."""

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from http.client import HTTPException
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
import yaml

from deploy.composed import ROOT
from harness.wait import until
from local import ports, process, web

DIRECTORY: Final = ROOT / "deploy/prometheus"
RULES: Final[dict[str, dict[str, Any]]] = {
    path.name: yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in sorted((DIRECTORY / "rules").glob("*.yml"))
}
_QUICKLY: Final = "1s"


@dataclass(frozen=True, slots=True)
class Prometheus:
    """A running server."""

    url: str

    def ask(self, path: str, **parameters: str) -> Any:
        """The `data` of the API's answer; AssertionError where it refuses."""
        answer = web.get(f"{self.url}/api/v1/{path}?{urlencode(parameters)}")
        content = msgspec.json.decode(answer.body)
        assert content["status"] == "success", f"{parameters}: {content.get('error')}"
        return content["data"]

    def rows(self, query: str) -> list[float]:
        """The values of an instant query now; NaN among them where there is any."""
        return [float(row["value"][1]) for row in self.ask("query", query=query)["result"]]

    def wrong(self, query: str) -> str | None:
        """What is wrong with what `query` gives: nothing, or no finite number."""
        rows = self.rows(query)
        if not rows:
            return f"no rows: {query}"
        return None if all(map(math.isfinite, rows)) else f"not finite: {query}: {rows}"

    def lastingly_wrong(self, query: str) -> str | None:
        """What is still wrong with it after some seconds: a scrape that takes longer than its second has all
        that its target says be stale until the next."""
        looks: list[str | None] = []

        def is_well() -> bool:
            looks.append(self.wrong(query))
            return looks[-1] is None

        with suppress(AssertionError):
            until(is_well, 10, query)
        return looks[-1]


@contextmanager
def watching(program: str, targets: Mapping[str, int], directory: Path) -> Iterator[Prometheus]:
    """Prometheus as it is configured, but quick, and with `targets` (job → port of this machine)."""
    directory.mkdir()
    (directory / "prometheus.yml").write_text(yaml.safe_dump(_config(targets)), encoding="utf-8")
    (directory / "rules").mkdir()
    for name, rules in RULES.items():
        quick = {"groups": [{**group, "interval": _QUICKLY} for group in rules["groups"]]}
        (directory / "rules" / name).write_text(yaml.safe_dump(quick), encoding="utf-8")
    port = ports.free_port()
    command = [
        program,
        f"--config.file={directory / 'prometheus.yml'}",
        f"--storage.tsdb.path={directory / 'data'}",
        f"--web.listen-address={ports.HOST}:{port}",
    ]
    child = process.start("prometheus", command, log=directory / "prometheus.log")
    try:
        child.await_condition(lambda: _is_ready(port), 30, "isn't ready")
        yield Prometheus(f"http://{ports.HOST}:{port}")
    finally:
        child.stop()


def _config(targets: Mapping[str, int]) -> dict[str, Any]:
    config = yaml.safe_load((DIRECTORY / "prometheus.yml").read_text(encoding="utf-8"))
    config["global"] |= {
        "scrape_interval": _QUICKLY,
        "scrape_timeout": _QUICKLY,
        "evaluation_interval": _QUICKLY,
    }
    del config["alerting"]
    for job in config["scrape_configs"]:
        del job["dns_sd_configs"]
        job["static_configs"] = [{"targets": [f"{ports.HOST}:{targets[job['job_name']]}"]}]
    return config  # type: ignore[no-any-return]


def _is_ready(port: int) -> bool:
    try:
        return web.get(f"http://{ports.HOST}:{port}/-/ready").status == 200
    except (OSError, HTTPException):
        return False


def await_value(prometheus: Prometheus, query: str, value: float) -> None:
    """Return once `query` gives `value`."""
    found: list[float] = []

    def there() -> bool:
        found[:] = prometheus.rows(query)
        return value in found

    try:
        until(there, 60, query)
    except AssertionError:
        raise AssertionError(f"{query} is {found}, not {value}, after 60 s") from None


def await_rules(prometheus: Prometheus) -> None:
    """Return once all rules have been evaluated on what is there now, and on what others gave of it."""
    for _ in range(3):
        before = _evaluated_at(prometheus)
        until(partial(_all_later, prometheus, before), 60, "the rules to be evaluated")


def _all_later(prometheus: Prometheus, before: Mapping[str, str]) -> bool:
    return all(moment != before[group] for group, moment in _evaluated_at(prometheus).items())


def _evaluated_at(prometheus: Prometheus) -> dict[str, str]:
    return {group["name"]: group["lastEvaluation"] for group in prometheus.ask("rules")["groups"]}
