"""The worked examples of `examples.yml`, through the aggregates as a report reads them."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from msgspec.structs import replace

from events.instants import SECOND
from feedback.cases.case import Case, Voice
from feedback.cases.counting import contributions
from feedback.scores.answers import Answer, Delivery, Occasion, contribute
from feedback.scores.measures import Choice, Question, catalogue, response
from feedback.scores.scales import USUAL
from feedback.sentiment.reading import read
from rollups.amounts import Amounts

EXAMPLES = yaml.safe_load(Path(__file__).with_name("examples.yml").read_text(encoding="utf-8"))
AT = 1_793_000_000 * SECOND
ACME = Occasion(source="acme")
A_READING = read("harika")


def figures(example: dict[str, Any]) -> Any:
    make = {"response": _delivered, "sentiment": _read, "employee": _reported}.get(
        example["measure"], _scored
    )
    return make(example)


def _delivered(example: dict[str, Any]) -> Any:
    amounts: Amounts = {}
    for number in range(example["delivered"]):
        contribute(Delivery("csat", AT, number < example["answered"], ACME), 3600, 1, amounts)
    return response("csat").figures(only(amounts))


def _scored(example: dict[str, Any]) -> Any:
    """`question` is the name of an own question set, scored as `measure`."""
    amounts: Amounts = {}
    survey, name = example["measure"], example.get("question", "")
    scale = example.get("scale", USUAL[survey])
    for score, count in example["counts"].items():
        for _ in range(count):
            contribute(Answer(survey, score, scale, AT, ACME, name), 3600, 1, amounts)
    entry = catalogue({name: Question(survey, scale)} if name else {})[name or survey]
    return entry.make(Choice(scale=scale)).figures(only(amounts))


def _read(example: dict[str, Any]) -> Any:
    """Each text is a mention, and was read as the example says."""
    return _said(
        "sentiment",
        [
            ("mention", {"reading": replace(A_READING, label=label)}, count)
            for label, count in example["read"].items()
        ],
    )


def _reported(example: dict[str, Any]) -> Any:
    return _said(
        "employee", [("report", {"score": score}, count) for score, count in example["counts"].items()]
    )


def _said(measure: str, kinds: list[tuple[Any, dict[str, Any], int]]) -> Any:
    voices = [
        Voice(id=f"{kind} {number} {n}", kind=kind, at=AT, **fields)
        for number, (kind, fields, count) in enumerate(kinds)
        for n in range(count)
    ]
    amounts: Amounts = {}
    case = Case(source="acme", subject="1", owner="0", voices=tuple(voices))
    contributions(case, 3600, 1, amounts)
    return catalogue({})[measure].make(Choice()).figures(only(amounts))


def only(amounts: Amounts) -> dict[str, int]:
    """What stands at the only place."""
    assert len(amounts) <= 1
    return next(iter(amounts.values()), {})


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["name"])
def test_the_figures_are_as_published_or_as_worked_by_hand(example: dict[str, Any]) -> None:
    found = msgspec.structs.asdict(figures(example))

    shown = {name: as_exact_as(wanted, found[name]) for name, wanted in example["expect"].items()}
    assert shown == example["expect"]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["name"])
def test_every_result_names_its_formula_and_its_source(example: dict[str, Any]) -> None:
    found = figures(example)

    assert " = " in found.formula
    assert found.source


def as_exact_as(wanted: object, value: object) -> object:
    """A number in as many digits as are `wanted`; anything else as it is."""
    if not isinstance(wanted, str):
        return value
    return f"{value:.{len(wanted.partition('.')[2])}f}" if isinstance(value, float) else value
