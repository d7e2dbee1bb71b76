"""Which texts are addresses, and what stands in their place otherwise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.letters.address import Mailbox, NoAddress, line, mailbox, named_mailbox


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("ayse@example.org", "ayse@example.org"),
        (" a.b+c@sub.example.org ", "a.b+c@sub.example.org"),
        ("o'neil@example.org", "o'neil@example.org"),
        ("ayşe@example.org", "ayşe@example.org"),
        ("info@çiçek.example", "info@xn--iek-1lab.example"),
    ],
)
def test_an_address_is_read_as_the_server_wants_it(text: str, spec: str) -> None:
    assert mailbox(text).spec == spec


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ayse",
        "@example.org",
        "ayse@",
        "ayse@localhost",
        "a b@example.org",
        "a@b@example.org",
        "a@example.org\r\nRCPT TO:<x@y.example>",
        "a\r\nBcc: x@y.example",
        "Ayşe <a@example.org>",
        "a@example.org, b@example.org",
        '"a b"@example.org',
        "a..b@example.org",
        ".a@example.org",
        "a@-example.org",
        "a@example..org",
        "a@[127.0.0.1]",
        "a\u200b@example.org",
        "a\u00a0b@example.org",
        "a\ud800@example.org",
        f"{'a' * 65}@example.org",
        f"a@{'b' * 64}.example.org",
        f"a@{'b.' * 130}org",
    ],
)
def test_what_is_no_address_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(NoAddress) as raised:
        mailbox(text)
    assert not text or text not in str(raised.value)


@given(st.text(max_size=80))
def test_whatever_is_taken_for_an_address_is_one_line_without_spaces(text: str) -> None:
    try:
        spec = mailbox(text).spec
    except NoAddress:
        return
    assert spec.isprintable()
    assert not set(spec) & set(' <>\r\n,;:"()[]\\')


def test_a_name_goes_with_its_address() -> None:
    assert named_mailbox("Acme Destek <destek@acme.example>") == Mailbox(
        "destek", "acme.example", "Acme Destek"
    )


def test_a_line_is_one_line() -> None:
    assert line(" a\r\nb\u2028c\x00 ", 100) == "a b c"
    assert line("abc d", 4) == "abc"


def test_a_line_holds_no_encoded_word() -> None:
    assert line("=?utf-8?q?=0D=0ABcc:_x?=", 100) == "= ?utf-8?q?=0D=0ABcc:_x?="
