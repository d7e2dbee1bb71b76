"""Tokens: signed, the same for the same survey, with nothing in them that a customer said or is."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import URLSafeSerializer

from feedback.tokens import LONGEST, TokenInvalid, read, sign

OLD, NEW = "the key of last year", "the key of this year"


def test_a_token_says_which_survey_and_until_when() -> None:
    claim = read(sign("7f3a", 5_000, [NEW]), [NEW], now=4_999)

    assert (claim.survey_id, claim.expires_at, claim.expired) == ("7f3a", 5_000, False)


def test_a_token_is_expired_from_its_end_on() -> None:
    assert read(sign("7f3a", 5_000, [NEW]), [NEW], now=5_000).expired


def test_the_same_survey_has_the_same_token() -> None:
    assert sign("7f3a", 5_000, [NEW]) == sign("7f3a", 5_000, [NEW]) != sign("7f3a", 5_001, [NEW])


def test_a_token_fits_into_a_link_as_it_is() -> None:
    assert re.fullmatch(r"[A-Za-z0-9._-]{40,160}", sign("f" * 32, 1_796_522_400_000_000, [NEW]))


def test_the_last_key_signs_and_earlier_ones_stay_valid() -> None:
    before, after = sign("7f3a", 5_000, [OLD]), sign("7f3a", 5_000, [OLD, NEW])

    assert after == sign("7f3a", 5_000, [NEW])
    assert read(before, [OLD, NEW], 0) == read(after, [OLD, NEW], 0)
    with pytest.raises(TokenInvalid):
        read(before, [NEW], 0)


@given(st.text(max_size=LONGEST + 10))
def test_a_token_that_nobody_signed_is_refused(text: str) -> None:
    with pytest.raises(TokenInvalid):
        read(text, [OLD, NEW], 0)


@given(st.data())
def test_a_changed_token_is_refused(data: st.DataObject) -> None:
    token = sign("7f3a", 5_000, [NEW])
    # The last character of the signature has bits that say nothing.
    place = data.draw(st.integers(0, len(token) - 2))
    letter = data.draw(st.characters(codec="ascii").filter(lambda letter: letter != token[place]))

    with pytest.raises(TokenInvalid):
        read(f"{token[:place]}{letter}{token[place + 1 :]}", [NEW], 0)


def test_what_was_signed_for_something_else_is_no_token() -> None:
    foreign = str(URLSafeSerializer([NEW], salt="something else").dumps(["7f3a", 5_000]))

    with pytest.raises(TokenInvalid):
        read(foreign, [NEW], 0)


def test_a_long_text_is_refused_before_it_is_looked_at() -> None:
    with pytest.raises(TokenInvalid):
        read(sign(" ".join(map(str, range(LONGEST))), 5_000, [NEW]), [NEW], 0)
