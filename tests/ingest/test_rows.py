"""Rows out of files: encodings, quotes, and what is broken."""

import codecs
import csv
from io import BytesIO, StringIO
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.importer.lines import MAX_LINE, Lines, Rejected, read_lines
from ingest.importer.mapping import Mapping, Template, Time
from ingest.importer.rows import FileUnusable, Row, rows_of

TEXT = 'id,at,note\n1,2026,"Ayşe: ""ğ"",\nsecond line"\n2,2027,x\n'
ROWS = [
    Row(2, {"id": "1", "at": "2026", "note": 'Ayşe: "ğ",\nsecond line'}),
    Row(4, {"id": "2", "at": "2027", "note": "x"}),
]


def read(
    content: bytes | str,
    *,
    encoding: str = "auto",
    kind: Literal["csv", "jsonl"] = "csv",
    delimiter: str = ",",
    note: str = "note",
) -> list[Row | Rejected]:
    mapping = Mapping(
        format=kind,
        source="s",
        ticket="id",
        time=Time(column="at"),
        id=note,
        events=[Template(type="ticket.created")],
        delimiter=delimiter,
        encoding=encoding,
    )
    file = BytesIO(content.encode() if isinstance(content, str) else content)
    return list(rows_of(Lines(read_lines(file, encoding)), mapping))


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TEXT.encode(), "auto"),
        (TEXT.encode("utf-8-sig"), "auto"),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), "auto"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "auto"),
        (TEXT.encode("utf-32"), "auto"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("utf-8-sig"), "utf-8"),
        (TEXT.encode("cp1254"), "cp1254"),
        (TEXT.replace("\n", "\r\n").encode("utf-16"), "auto"),
    ],
)
def test_a_file_is_read_in_its_encoding(content: bytes | str, encoding: str) -> None:
    rows = [row for row in read(content, encoding=encoding) if isinstance(row, Row)]

    assert [Row(row.line, {k: v.replace("\r\n", "\n") for k, v in row.cells.items()}) for row in rows] == ROWS


def test_cells_are_trimmed_other_columns_ignored_and_empty_lines_are_no_rows() -> None:
    assert read("extra;id;at;note\n\nx; 1 ;2026;\n\r\n;2;2027;y\n", delimiter=";") == [
        Row(3, {"id": "1", "at": "2026", "note": ""}),
        Row(5, {"id": "2", "at": "2027", "note": "y"}),
    ]


def test_lines_are_counted_as_an_editor_does_also_after_quoted_newlines() -> None:
    rows = read('id,at,note\n1,a,"one\ntwo\nthree"\n2,b\n3,c,d\n')

    assert [row.line for row in rows] == [2, 5, 6]
    assert rows[1] == Rejected(5, "has 2 fields, the header has 3")


def test_a_lost_quote_costs_its_own_row_and_not_those_after_it() -> None:
    rows = read('id,at,note\n1,a,"lost\n2,b,x\n3,c,y\n')

    assert rows[0] == Rejected(2, "not CSV: unexpected end of data")
    assert rows[1:] == [
        Row(3, {"id": "2", "at": "b", "note": "x"}),
        Row(4, {"id": "3", "at": "c", "note": "y"}),
    ]


def test_a_field_that_is_too_long_costs_its_own_row() -> None:
    rows = read(f'id,at,note\n1,a,"{"x" * 200_000}"\n2,b,x\n3,c,{"x" * 2 * MAX_LINE}\n4,d,y\n')

    assert [(row.line, row.reason if isinstance(row, Rejected) else None) for row in rows] == [
        (2, "not CSV: field larger than field limit (131072)"),
        (3, None),
        (4, f"longer than {MAX_LINE} characters"),
        (5, None),
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"id,at,note\n1,a,\xff\xfe\n2,b,x\n", "not UTF-8"),
        (b"id,at,note\n1,a,\xc3\n2,b,x\n", "not UTF-8"),
        (b"id,at,note\n1,a,\0\n2,b,x\n", "contains a NUL character"),
        (b'id,at,note\n1,a,"\xff"\n2,b,x\n', "not UTF-8"),
        (
            codecs.BOM_UTF16_LE + "id,at,note\n1,a,\udc00\n2,b,x\n".encode("utf-16-le", "surrogatepass"),
            "not UTF-16",
        ),
    ],
)
def test_broken_text_costs_its_own_row(content: bytes | str, reason: str) -> None:
    assert read(content) == [Rejected(2, reason), Row(3, {"id": "2", "at": "b", "note": "x"})]


def test_broken_text_inside_quotes_is_rejected_with_both_lines() -> None:
    (row,) = read(b'id,at,note\n1,a,"one\n\xff two"\n')

    assert row == Rejected(2, "line 3: not UTF-8")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "the file is empty"),
        ("\n\n", "the file is empty"),
        ("id,note\n", "the file has no column 'at'; it has: id, note"),
        ("id,at,at,note\n", "the file has more than one column 'at'"),
        (b"id,at,\xff\n", "line 1, the header: not UTF-8"),
    ],
)
def test_a_file_without_the_columns_is_unusable_and_says_why(content: bytes | str, sentence: str) -> None:
    with pytest.raises(FileUnusable, match=sentence):
        read(content)


def test_json_lines_give_rows_with_nested_columns_as_text() -> None:
    rows = read(
        '{"id": 7, "at": 1772443800.5, "who": {"name": " Ayşe "}}\n\n'
        '{"id": "8", "at": null, "who.name": true}\n'
        '{"id": 9, "at": "x", "who": {"name": ["a", 1]}}\n',
        kind="jsonl",
        note="who.name",
    )

    assert rows == [
        Row(1, {"id": "7", "at": "1772443800.5", "who.name": "Ayşe"}),
        Row(3, {"id": "8", "at": "", "who.name": "true"}),
        Row(4, {"id": "9", "at": "x", "who.name": "a,1"}),
    ]


def test_json_lines_that_are_broken_cost_their_own_row() -> None:
    deep = "[" * 50_000
    rows = read(f'{{"id": 1\n[1]\n{deep}\n{{"id": "\\ud800"}}\n{{"id": 2, "at": "x"}}\n', kind="jsonl")

    assert [isinstance(row, Rejected) for row in rows] == [True, True, True, True, False]


@given(st.binary(max_size=200), st.sampled_from(["csv", "jsonl"]))
def test_no_bytes_whatever_abort_the_reading(noise: bytes, kind: Literal["csv", "jsonl"]) -> None:
    rows = read(b"id,at,note\n" + noise + b"\n", kind=kind)

    assert all(1 <= row.line <= noise.count(b"\n") + noise.count(b"\r") + 3 for row in rows)


cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@given(st.lists(st.tuples(cells, cells, cells), max_size=5))
def test_what_the_csv_module_writes_is_read_back(rows: list[tuple[str, str, str]]) -> None:
    text = StringIO(newline="")
    csv.writer(text).writerows([("id", "at", "note"), *rows])

    found = [row.cells if isinstance(row, Row) else row for row in read(text.getvalue())]
    assert found == [dict(zip(("id", "at", "note"), map(str.strip, row), strict=True)) for row in rows]
