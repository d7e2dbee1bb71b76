"""Mapping files: what they can say, and how they are refused."""

from pathlib import Path

import pytest

from ingest.importer.mapping import MappingInvalid, load, parse

EXAMPLES = Path(__file__).parents[2] / "examples" / "mappings"

GOOD = """
format: csv
source: acme
ticket: Id
time: {column: At}
events:
  - type: ticket.created
    when: {first: true, is: {Kind: new}, not: {State: [spam, test]}}
    data: {status: {column: State, map: {Neu: new}}, outbound: false}
  - {type: ticket.changed, time: Done, data: {status: resolved}}
"""


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yml")), ids=lambda path: path.name)
def test_the_example_mappings_can_be_used(path: Path) -> None:
    assert load(path).events


def test_every_column_that_a_mapping_speaks_of_is_known() -> None:
    assert parse(GOOD.encode(), "m.yml").columns() == ["At", "Done", "Id", "Kind", "State"]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("format: csv", "format: xls", "m.yml: format: Invalid enum value 'xls'"),
        ("ticket: Id", "", "m.yml: Object missing required field `ticket`"),
        ("ticket: Id", "tikcet: Id", "m.yml: Object contains unknown field `tikcet`"),
        ("first: true", "frist: true", "m.yml: events[0].when: Object contains unknown field `frist`"),
        ("Neu: new", "5: new", "m.yml: events[0].data.status.map: the key 5: Expected `str`, got `int`"),
        ("source: acme", "source: a b", "m.yml: source: "),
        ("{column: At}", "{column: At, format: dmy}", "m.yml: time.format: 'dmy' is neither iso"),
        ("{column: At}", "{column: At, format: '%Y-%Q'}", "m.yml: time.format: '%Y-%Q' is neither"),
        ("{column: At}", "{column: At, format: '%Y %Y'}", "m.yml: time.format: '%Y %Y' is neither"),
        (
            "{column: At}",
            "{column: At, timezone: Rome}",
            "m.yml: time.timezone: there is no time zone 'Rome'",
        ),
        ("format: csv", "format: csv\nencoding: rot13", "m.yml: encoding: there is no text encoding 'rot13'"),
        (
            "type: ticket.created",
            "type: ticket.made",
            "m.yml: events[0].type: there is no event 'ticket.made'",
        ),
        (
            "outbound: false",
            "outbond: false",
            "m.yml: events[0].data.outbond: ticket.created has no such field",
        ),
        (
            "data: {status: resolved}",
            "data: {outbound: true}",
            "m.yml: events[1].data.outbound: ticket.changed",
        ),
        ("events:", "events: []\nother:", "m.yml: "),
        ("format: csv", "format: [", "m.yml: not YAML"),
    ],
)
def test_a_mapping_that_cannot_be_used_is_refused_by_the_place_of_the_mistake(
    old: str, new: str, sentence: str
) -> None:
    assert old in GOOD

    with pytest.raises(MappingInvalid) as caught:
        parse(GOOD.replace(old, new, 1).encode(), "m.yml")

    assert str(caught.value).startswith(sentence)


def test_a_mapping_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(MappingInvalid, match=r"none\.yml: No such file"):
        load(tmp_path / "none.yml")
