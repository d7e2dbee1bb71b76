"""The mail itself: its head, its two bodies, and what it says to whom."""

import re

import pytest

from feedback.config import feedback_config
from feedback.letters.address import mailbox
from feedback.letters.mail import compose, letterhead
from feedback.letters.words import letter_texts
from harness.letters import ADDRESS, HEAD, KNOWN, a_case, a_letter
from harness.mails import HEADERS, NOW, URL, Page, arrived, body
from runtime.environment import ConfigInvalid

TEXTS = letter_texts(["tr", "en"])


def test_the_head_says_who_writes_what_it_is_and_how_to_stop_it() -> None:
    mail = arrived(a_letter(a_case(at=NOW)))

    assert {name.lower() for name in mail.keys()} == HEADERS  # noqa: SIM118 (a header may come twice)
    assert mail["from"] == "Acme Destek <destek@acme.example>"
    assert mail["to"] == ADDRESS
    assert mail["subject"] == "Aldığınız destek nasıldı? (Talep 5001)"
    assert mail["date"].datetime.timestamp() == NOW // 10**6
    assert mail["content-language"] == "tr"
    assert mail["auto-submitted"] == "auto-generated"
    assert mail["list-unsubscribe"] == f"<{URL}/stop>"
    assert mail["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"


def test_a_long_link_is_neither_torn_nor_encoded_on_the_wire() -> None:
    raw = compose(a_letter(a_case()), mailbox(ADDRESS), KNOWN["csat"], HEAD, URL, NOW).as_bytes()

    assert f"List-Unsubscribe: <{URL}/stop>\r\n".encode() in raw
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert raw.isascii()


def test_without_https_there_is_no_one_click() -> None:
    mail = arrived(a_letter(a_case()), url="http://127.0.0.1:8003/s/token")

    assert mail["list-unsubscribe-post"] is None


def test_the_message_id_is_the_same_each_time_and_a_reminder_follows_the_first_mail() -> None:
    first, again = arrived(a_letter(a_case())), arrived(a_letter(a_case()))
    reminder = arrived(a_letter(a_case(), "reminder"))
    other = arrived(a_letter(a_case(2)))

    assert first["message-id"] == again["message-id"]
    assert re.fullmatch(r"<[0-9a-f]{32}@acme\.example>", first["message-id"])
    assert len({mail["message-id"] for mail in (first, reminder, other)}) == 3
    assert reminder["in-reply-to"] == reminder["references"] == first["message-id"]
    assert reminder["subject"].startswith("Hatırlatma: ")


@pytest.mark.parametrize(("language", "fourth"), [("tr", "4 – Memnunum"), ("en", "4 – Satisfied")])
def test_each_answer_is_a_link_with_words_in_text_and_page(language: str, fourth: str) -> None:
    mail = arrived(a_letter(a_case(), language=language))
    page = Page(body(mail, "html"))

    assert page.links == [*(f"{URL}?r={score}" for score in range(1, 6)), f"{URL}/stop"]
    assert page.names[f"{URL}?r=4"] == fourth
    assert page.language == language
    text = body(mail, "plain").splitlines()
    assert text[text.index(fourth) + 1] == f"{URL}?r=4"
    assert f"{URL}/stop" in text


def test_nothing_is_fetched_when_a_mail_is_opened() -> None:
    page = body(arrived(a_letter(a_case())), "html")

    assert Page(page).fetched == []
    assert not {"img", "script", "link", "iframe", "form"} & set(Page(page).tags)
    assert "url(" not in page
    assert "@import" not in page


def test_all_eleven_points_are_there_and_the_ends_have_their_words() -> None:
    mail = arrived(a_letter(a_case(name="loyalty"), language="en"))
    page = Page(body(mail, "html"))

    assert page.links[:11] == [f"{URL}?r={score}" for score in range(11)]
    assert page.names[f"{URL}?r=0"] == "0 – Not at all likely"
    assert page.names[f"{URL}?r=5"] == "5"
    assert page.names[f"{URL}?r=10"] == "10 – Extremely likely"
    assert "Us?" in body(mail, "plain")


def test_the_company_and_the_notice_are_named() -> None:
    config = feedback_config(
        {"company": "Acme A.Ş.", "from": "a@acme.example", "notice": {"tr": "KVKK: acme"}}
    )
    mail = arrived(a_letter(a_case(name="ces")), letterhead(config, TEXTS))

    for kind in ("plain", "html"):
        assert "Acme A.Ş., sorunumu çözmemi kolaylaştırdı" in body(mail, kind)
        assert "KVKK: acme" in body(mail, kind)
    assert mail["from"].addresses[0].display_name == "Acme A.Ş."


@pytest.mark.parametrize("sender", [None, "Acme", "a@b", "ayşe@acme.example", "x <>"])
def test_a_sender_that_is_none_says_what_to_write(sender: str | None) -> None:
    with pytest.raises(ConfigInvalid, match=r"^feedback\.from: "):
        letterhead(feedback_config({"from": sender}), TEXTS)
