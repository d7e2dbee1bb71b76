"""An example of every event, and all events at random."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

Wire = dict[str, Any]

EXAMPLES: dict[str, Wire] = yaml.safe_load(Path(__file__).with_name("examples.yml").read_text("utf-8"))
ENVELOPE = ("specversion", "id", "source", "type", "subject", "time")


def whole(kind: str) -> Wire:
    """The example of `kind` with everything that it may say."""
    return {
        "specversion": "1.0",
        "id": "3f1c",
        "source": "acme-zendesk",
        "type": kind,
        "time": "2026-11-21T09:30:00.000001Z",
        "timequality": "exact",
        "subject": "5158",
        "data": EXAMPLES[kind]["data"],
    }


def without(event: Wire, path: str) -> Wire:
    """`event` without the field at `path`."""
    name, _, rest = path.partition(".")
    if not rest:
        return {key: value for key, value in event.items() if key != name}
    return {**event, name: without(event[name], rest)}


def paths(event: Wire, prefix: str = "") -> list[str]:
    """The paths of all fields of `event`."""
    found = []
    for name, value in event.items():
        found.append(prefix + name)
        found += paths(value, f"{prefix}{name}.") if isinstance(value, dict) else []
    return found


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`example`: every type's. `missing`: every type's with a required field; `absent`: with an optional."""
    if "example" in metafunc.fixturenames:
        metafunc.parametrize("example", [pytest.param(whole(kind), id=kind) for kind in EXAMPLES])
    for name, wanted in (("missing", True), ("absent", False)):
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, _faults(wanted))


def _faults(wanted: bool) -> list[Any]:
    found = []
    for kind, example in EXAMPLES.items():
        required = {*ENVELOPE, *example["required"]}
        found += [
            pytest.param((without(whole(kind), path), path), id=f"{kind}-{path}")
            for path in paths(whole(kind))
            if (path in required) is wanted
        ]
    return found


@pytest.fixture
def every_type() -> set[str]:
    """The types of all examples."""
    return set(EXAMPLES)


@pytest.fixture
def changed() -> Callable[[str, str, Any], Wire]:
    """The example of a type with the field at a path changed."""

    def change(kind: str, path: str, value: Any) -> Wire:
        return _changed(whole(kind), path, value)

    return change


def _changed(event: Wire, path: str, value: Any) -> Wire:
    name, _, rest = path.partition(".")
    return {**event, name: _changed(event[name], rest, value) if rest else value}
