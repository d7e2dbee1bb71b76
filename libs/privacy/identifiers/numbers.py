"""Account, card and identity numbers: their check digits keep order numbers from being taken for them."""

import re
from functools import cache
from typing import Final

from stdnum import luhn, numdb
from stdnum.iso7064 import mod_97_10
from stdnum.tr import tckimlik

from privacy.identifiers.kind import Found, Kind, longest, many_digits, proven

_BETWEEN: Final = r"[\s.-]{0,2}"
# A Turkish keyboard makes İ and ı of the I in an IBAN.
_LETTER: Final = "[A-Za-zıİ]"
_PARTS: Final = {"n": "[0-9]", "a": _LETTER, "c": "[0-9A-Za-zıİ]"}
_DOTLESS: Final = str.maketrans("ıİ", "II")


def _read_iban(match: re.Match[str]) -> Found | None:
    form = _iban_form(_capitals(match[1]))
    whole = form.match(match.string, match.start()) if form else None
    if whole is None:
        return None
    number = _capitals(whole[0])
    return (whole.end(), "[iban]") if mod_97_10.is_valid(number[4:] + number[:4]) else None


def _capitals(text: str) -> str:
    return "".join(filter(str.isalnum, text)).translate(_DOTLESS).upper()


@cache
def _iban_form(country: str) -> re.Pattern[str] | None:
    """The IBANs of `country` (two capitals), however they are set; None where it has none."""
    structure = numdb.get("iban").info(country)[0][1].get("bban", "")
    parts = re.findall(r"([0-9]+)!([nac])", structure)
    bban = "".join(f"(?:{_BETWEEN}{_PARTS[part]}){{{count}}}" for count, part in parts)
    return re.compile(f"{_LETTER}{{2}}{_BETWEEN}[0-9]{{2}}{bban}") if parts else None


_CARD_GROUPS: Final = ([4, 6, 5], [4, 6, 4])


def _is_card(groups: list[str]) -> bool:
    """In one piece, in equal groups of four or more with a shorter last one, or as two networks print it.

    References of other shapes (3-7-7) and dates beside amounts are none, whatever their sum of digits.
    """
    sizes, number = [len(group) for group in groups], "".join(groups)
    even = sizes[0] >= 4 and set(sizes[:-1]) <= {sizes[0]} and sizes[-1] <= sizes[0]
    return 13 <= len(number) <= 19 and (even or sizes in _CARD_GROUPS) and luhn.checksum(number) == 0


# It begins with the number of a network that pays: no time in milliseconds does, and no barcode.
_CARD: Final = r"(?<![0-9])(?=2[2-7]|3[04-9]|[456]|9792)[0-9]{4}(?:[\s.-]{0,3}[0-9]){9,15}"
_IDENTITY: Final = r"(?<![0-9])[1-9][0-9](?:[\s-]?[0-9]){9}(?![0-9])"

IBAN: Final = Kind(many_digits, re.compile(f"({_LETTER}{{2}}){_BETWEEN}[0-9]{{2}}"), _read_iban)
CARD: Final = Kind(many_digits, re.compile(_CARD), longest("[card]", _is_card))
IDENTITY: Final = Kind(many_digits, re.compile(_IDENTITY), proven("[identity number]", tckimlik.is_valid))
