"""Words of others in a CSV, so that no spreadsheet takes any of them for a formula."""

import re
from typing import Final

_SIGNS: Final = "=+\\-@＝＋－＠﹦﹢﹣﹫−"
_ENDS: Final = frozenset(";\t\r\n\v\f\x85\u2028\u2029")
"""What ends a cell or a row where a spreadsheet splits at semicolons or tabs, as it does in Turkish."""
_BLANK: Final = r"\s\x00-\x20\x7f-\xa0\xad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff"

# A run is looked at once, from its beginning: a text of nothing but blanks costs no more than another.
_BEFORE_SIGN: Final = re.compile(rf"(?<![;{_BLANK}])[;{_BLANK}]++(?=[{_SIGNS}])")
_FORMULA: Final = re.compile(rf"[\t\r\n]|[{_BLANK}]*+[{_SIGNS}]")


def defused(text: str) -> str:
    """`text` with an apostrophe in front where it would begin a formula (= + - @, full width too, after
    whatever blanks), and before such a sign within it that a semicolon, tab or line break could turn into
    the beginning of a cell."""
    inside = _BEFORE_SIGN.sub(_broken, text)
    return f"'{inside}" if _FORMULA.match(text) else inside


def _broken(run: re.Match[str]) -> str:
    return run[0] if _ENDS.isdisjoint(run[0]) else f"{run[0]}'"
