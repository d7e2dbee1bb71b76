"""What of a text leaves ingest."""

import re
from itertools import accumulate, pairwise
from pathlib import Path
from time import process_time

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.iban import calc_check_digits
from stdnum.tr import tckimlik

from privacy.redact import public_link, redact

LINES = yaml.safe_load(Path(__file__).with_name("redaction.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("text", "becomes"), [(line["text"], line["becomes"]) for line in LINES])
def test_a_text_becomes_what_the_table_says(text: str, becomes: str) -> None:
    assert redact(text) == becomes


@pytest.mark.parametrize("text", [line["becomes"] for line in LINES])
def test_a_redacted_text_stays_as_it_is(text: str) -> None:
    assert redact(text) == text


def digits(count: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=count, max_size=count)


def grouped(number: str, separator: str, *sizes: int) -> str:
    """`number` in groups of these sizes and one of the rest."""
    ends = (0, *accumulate(sizes), len(number))
    return separator.join(filter(None, (number[start:end] for start, end in pairwise(ends))))


@st.composite
def identity_numbers(draw: st.DrawFn) -> str:
    body = draw(st.integers(100_000_000, 999_999_999).map(str))
    number = body + tckimlik.calc_check_digits(body)
    return grouped(number, draw(st.sampled_from(["", " ", "-"])), 3, 3, 3)


@st.composite
def ibans(draw: st.DrawFn) -> str:
    country, bban = draw(
        st.one_of(
            st.tuples(st.just("TR"), st.tuples(digits(5), digits(16)).map("0".join)),
            st.tuples(st.just("DE"), digits(18)),
            st.tuples(st.just("GB"), digits(14).map("NWBK".__add__)),
        )
    )
    number = country + calc_check_digits(f"{country}00{bban}") + bban
    number = draw(st.sampled_from([number, number.lower()]))
    return grouped(number, draw(st.sampled_from(["", " ", "-", "\n"])), *[4] * (len(number) // 4))


@st.composite
def cards(draw: st.DrawFn) -> str:
    body = draw(st.sampled_from(["4", "51", "2221", "6011", "9792"])) + draw(digits(11))
    body = body[:15]
    number = body + luhn.calc_check_digit(body)
    return grouped(number, draw(st.sampled_from(["", " ", "-", "\u2011", " - "])), 4, 4, 4)


@st.composite
def phones(draw: st.DrawFn) -> str:
    led = draw(st.sampled_from(["0", "+90", "0090", "90", "+90 ", "0 ", "90 "]))
    area = draw(st.sampled_from(["532", "505", "212", "312", "(542)"]))
    rest = draw(st.sampled_from("23456789")) + draw(digits(6))
    between, within = draw(st.sampled_from(["", " ", "-", "."])), draw(st.sampled_from(["", " ", "-"]))
    return led + area + between + grouped(rest, within, 3, 2)


addresses = st.from_regex(r"[a-z0-9][a-z0-9._+]{0,20}[a-z0-9]@[a-z]{2,10}(\.[a-z]{2,6}){1,2}", fullmatch=True)
SECRETS = st.one_of(identity_numbers(), ibans(), cards(), phones(), addresses)
AROUND = st.text("abcşıİ 019@.,:;/-()[]{}'\"?=+#&_%\n\t\u200b\u0307ＡｔＴrR５", max_size=30) | st.text(
    max_size=20
)


def bare(text: str) -> str:
    return "".join(each for each in text.lower() if each.isalnum() or each in "@.")


@settings(max_examples=300, deadline=None)
@given(AROUND, SECRETS, AROUND)
def test_no_identifier_survives_whatever_stands_around_it(before: str, secret: str, after: str) -> None:
    left = redact(f"{re.sub(r'[0-9０-９]+$', '', before)} {secret} {after}")

    assert secret not in left
    assert bare(secret) not in bare(left)


@settings(max_examples=300, deadline=None)
@given(st.lists(SECRETS | AROUND, max_size=6), st.sampled_from(["", " ", "-", "/", ".", ", "]))
def test_redaction_is_idempotent(parts: list[str], between: str) -> None:
    once = redact(between.join(parts))

    assert redact(once) == once


@settings(max_examples=300, deadline=None)
@given(st.text().filter(lambda text: not re.search(r"\d|[@＠﹫?？]|:\W*/|www|ｗ", text, re.IGNORECASE)))
def test_a_text_without_digits_addresses_and_links_is_unchanged(text: str) -> None:
    assert redact(text) == text


HOSTILE = {
    "digits": "1",
    "single digits": "1 ",
    "groups of a card": "4444 ",
    "cards": "4242424242424242 ",
    "identity numbers": "10000000146 ",
    "almost numbers": "0532 123 45 6 ",
    "international": "+1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 ",
    "double noughts": "001 ",
    "brackets": "(",
    "brackets and digits": "(1",
    "IBANs": "NO9386011117947",
    "almost IBANs": "TR00",
    "mail": "a@",
    "mail and dots": "a.a@b.",
    "letters": "a",
    "dots": "a.",
    "slashes": "a/",
    "www": ",www.",
    "schemes": "http://",
    "hosts": "a.bc/(",
    "queries": "a.bc/d?e ",
    "random words": "a1B2_",
    "unseen": "1\u200b",
    "brackets and plus": "+90(0",
}


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE)
def test_the_time_grows_no_faster_than_the_text(unit: str) -> None:
    def seconds(length: int) -> float:
        text = (unit * length)[:length] + "@12345678"
        return min(_timed(text) for _ in range(3))

    # Linear: about 4. Quadratic: 16.
    assert seconds(20_000) < 9 * seconds(5_000) + 0.002


def _timed(text: str) -> float:
    started = process_time()
    redact(text)
    return process_time() - started


@pytest.mark.parametrize(
    ("url", "public"),
    [
        ("https://social.example/@firma/123?igsh=abc#x", "https://social.example/@firma/123"),
        ("https://ayse:pw@social.example:8443/p/1", "https://social.example:8443/p/1"),
        ("https://wa.example/905321234567", "https://wa.example/[phone]"),
        ("https://rate.example/u/ayse%40example.org/5", "https://rate.example/u/[e-mail]/5"),
        ("https://social.example/Ay%C5%9Fe/status/1789012345678901234", None),
        ("mailto:ayse@example.org?subject=x", "mailto:[e-mail]"),
        ("not a link", None),
        ("", None),
    ],
)
def test_a_link_to_a_mention_keeps_what_everybody_may_see(url: str, public: str | None) -> None:
    assert public_link(url) == (url if public is None else public)


def test_a_link_that_nobody_can_read_is_dropped() -> None:
    assert public_link("http://[ayse") is None
