"""The JSON Schema says what the codec does."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from events.codec import EventInvalid, decode
from events.schema import json_schema

Wire = dict[str, Any]


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    return Draft202012Validator(json_schema())


def accepted(event: Wire) -> bool:
    try:
        decode(json.dumps(event).encode())
    except EventInvalid:
        return False
    return True


def test_it_is_a_json_schema_of_2020_12() -> None:
    schema = json_schema()

    assert schema["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    Draft202012Validator.check_schema(schema)


def test_it_accepts_an_event_of_each_type(example: Wire, validator: Draft202012Validator) -> None:
    assert accepted(example)
    assert validator.is_valid(example)


def test_it_refuses_an_event_without_a_required_field(
    missing: tuple[Wire, str], validator: Draft202012Validator
) -> None:
    event, _ = missing

    assert not accepted(event)
    assert not validator.is_valid(event)


def test_it_accepts_an_event_without_an_optional_field(
    absent: tuple[Wire, str], validator: Draft202012Validator
) -> None:
    event, _ = absent

    assert accepted(event)
    assert validator.is_valid(event)


@pytest.mark.parametrize(
    "wrong",
    [
        {"specversion": "0.3"},
        {"type": "ticket.absorbed"},
        {"type": "ticket.exploded"},
        {"source": "acme/zendesk"},
        {"source": "acme-zendesk\n"},
        {"id": ""},
        {"timequality": "guessed"},
        {"data": {"status": "solved"}},
        {"data": {"priority": "p1"}},
        {"data": {"tags": [5]}},
    ],
    ids=str,
)
def test_both_refuse_what_is_wrong(wrong: Wire, validator: Draft202012Validator) -> None:
    event = {
        "specversion": "1.0",
        "id": "1",
        "source": "acme",
        "type": "ticket.changed",
        "subject": "5158",
        "time": "2026-11-21T09:30:00Z",
        "data": {},
    }
    assert accepted(event)
    assert validator.is_valid(event)

    assert not accepted(event | wrong)
    assert not validator.is_valid(event | wrong)


def test_the_types_that_a_sender_may_post_are_those_of_the_examples(
    validator: Draft202012Validator, every_type: set[str]
) -> None:
    tags = {tag for kind in json_schema()["$defs"].values() for tag in tags_of(kind)}

    assert tags == every_type


def tags_of(definition: Wire) -> list[str]:
    tags: list[str] = definition.get("properties", {}).get("type", {}).get("enum", [])
    return tags
