"""Telephone numbers: international ones of any country, Turkish ones as people write them."""

import re
from typing import Final

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneNumber, is_possible_number, is_valid_number

from privacy.identifiers.kind import FEWEST_DIGITS, Kind, certain, longest, many_digits, proven

_MARKER: Final = "[phone]"
_TURKEY: Final = 90


def _is_turkish(digits: str) -> bool:
    return is_valid_number(PhoneNumber(country_code=_TURKEY, national_number=int(digits)))


def _is_international(groups: list[str]) -> bool:
    number = "".join(groups).removeprefix("00")
    return len(number) >= FEWEST_DIGITS and any(
        is_possible_number(PhoneNumber(country_code=int(number[:size]), national_number=int(number[size:])))
        for size in (1, 2, 3)
        if int(number[:size]) in COUNTRY_CODE_TO_REGION_CODE
    )


# A bracket belongs to the number where it closes within it: "(0532) 123 45 67", but not "(0532 123 45 67)".
_BRACKET: Final = r"(?:\((?=[^()]{1,8}\)))?"
_SET: Final = r"[\s()./-]{0,3}"
# The area stands in one piece: "02.12.2026 350" is a day and an amount.
_NATIONAL: Final = rf"([2-58][0-9]{{2}}(?:{_SET}[0-9]){{7}})(?![0-9])"
_ALONE: Final = r"(?=[(0-9])(?<![0-9#])(?<!\w-)(?<![0-9][./:,])"
_ENDS: Final = r"(?![0-9]|[./:,-][0-9])"

_INTERNATIONAL: Final = rf"(?=[(+0]){_BRACKET}(?:\+\(?|(?<![0-9])00 ?)[1-9](?:[ \t()./-]{{0,3}}[0-9]){{7,14}}"
_TURKISH: Final = (
    rf"(?=[(+09]){_BRACKET}(?:(?:\+|(?<![0-9])(?:00)?)90{_SET}(?:0{_SET})?|(?<![0-9])0{_SET}){_NATIONAL}"
)
# Ten digits without 0 or +90: in one piece or grouped as people do, and no part of a longer reference.
_BARE: Final = rf"{_ALONE}{_BRACKET}([2-58][0-9]{{2}}\)?[ -]?[0-9]{{3}}[ -]?[0-9]{{2}}[ -]?[0-9]{{2}}){_ENDS}"
# (202) 555-0123, 202.555.0123: a shape that only telephone numbers have, of whatever country.
_DASHED: Final = rf"{_ALONE}(?:\([0-9]{{3}}\) ?|[0-9]{{3}}[.-])[0-9]{{3}}[.-][0-9]{{4}}{_ENDS}"

PHONES: Final = (
    Kind(many_digits, re.compile(_TURKISH), proven(_MARKER, _is_turkish)),
    Kind(many_digits, re.compile(_INTERNATIONAL), longest(_MARKER, _is_international)),
)
BARE_PHONES: Final = (
    Kind(many_digits, re.compile(_BARE), proven(_MARKER, _is_turkish)),
    Kind(many_digits, re.compile(_DASHED), certain(_MARKER)),
)
