"""No word of others becomes a formula, wherever a spreadsheet splits the file."""

import csv
import io
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.formats import csv_text
from reports.spreadsheets import defused

SIGNS = "=+-@＝＋－＠﹦﹢﹣﹫−"
_hostile = st.text(
    st.sampled_from([*SIGNS, *" ;,\t\r\n\"'|", "\u2028", "\u200b", "\ufeff", "\xa0", "\x00", "a", "ş"])
)


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("blank", ["", " ", "\u200b\xa0", "\ufeff"])
def test_a_text_that_begins_as_a_formula_gets_an_apostrophe(sign: str, blank: str) -> None:
    assert defused(f"{blank}{sign}1+1") == f"'{blank}{sign}1+1"


@pytest.mark.parametrize("text", ["\tx", "\rx", "\nx"])
def test_a_text_that_begins_with_a_tab_or_a_line_break_gets_one_too(text: str) -> None:
    assert defused(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["", "güzel", "1-1=0", "e-posta: a@b.example", "puanım 9 - 10", "iyi, -ama geç", "ça va; +/-"[:5]]
)
def test_other_words_stay_as_they_are(text: str) -> None:
    assert defused(text) == text


def test_a_semicolon_or_a_line_break_within_begins_no_formula_either() -> None:
    assert defused("iyi;=1+1") == "iyi;'=1+1"
    assert defused("iyi\r\n @SUM(A1)") == "iyi\r\n '@SUM(A1)"
    assert defused("iyi;\t;＝1") == "iyi;\t;'＝1"


@given(st.lists(_hostile, min_size=1, max_size=3))
def test_no_cell_begins_as_a_formula_by_commas_semicolons_tabs_or_lines(texts: list[str]) -> None:
    text = csv_text(["a", "b"], [{"a": "x", "b": one} for one in texts])

    cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    naive = re.split("[;\t\r\n\v\f\x85\u2028\u2029]", text)
    blank = " \t\r\n\v\f\x00\x85\xa0\u2028\u2029\u200b\ufeff"
    assert not [cell for cell in (*cells, *naive) if cell.lstrip(blank)[:1] in {*SIGNS}]
    assert [cell.replace("'", "") for cell in cells[3::2]] == [one.replace("'", "") for one in texts]


@pytest.mark.parametrize("text", ["\n" * 1_000_000, " " * 1_000_000, "; " * 500_000, "\n=" * 500_000])
def test_a_long_hostile_text_takes_no_time(text: str) -> None:
    started = time.process_time()
    defused(text)

    assert time.process_time() - started < 2


def test_numbers_stay_numbers() -> None:
    assert csv_text(["nps"], [{"nps": -40.5}, {"nps": None}]) == 'nps\r\n-40.5\r\n""\r\n'
