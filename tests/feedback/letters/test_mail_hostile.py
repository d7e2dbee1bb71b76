"""No text that a mail is made of breaks out of its place."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.config import FeedbackConfig
from feedback.letters.mail import letterhead
from feedback.letters.words import letter_texts
from harness.letters import ADDRESS, KNOWN, a_case, a_letter
from harness.mails import HEADERS, URL, Page, arrived, body
from runtime.environment import ConfigInvalid

TEXTS = letter_texts(["tr", "en"])
HOSTILE = st.one_of(
    st.text(max_size=300),
    st.sampled_from(
        [
            "x\r\nBcc: all@evil.example",
            "x\nSubject: y\n\nbody",
            "<script>alert(1)</script>",
            '"><img src=x onerror=y>',
            "\u202eمرحبا",
            "=?utf-8?q?=0D=0ABcc:_x?=",
            "=??Q?=0D",
            "a, b <c@d.example>",
            "{company} {0} %s",
            "\ud800",
            "👩‍💻" * 50,
            "İ" * 300,
            "\x00\x0b\x85\u2028",
            '\\"',
        ]
    ),
)


@settings(max_examples=300, deadline=None)
@given(
    texts=st.fixed_dictionaries(
        dict.fromkeys(("company", "name", "ticket", "survey", "notice", "question"), HOSTILE)
    ),
    kind=st.sampled_from(["first", "reminder"]),
    language=st.sampled_from(["tr", "en"]),
    expires_at=st.integers(0, 2**62),
)
def test_no_text_breaks_out_of_its_place(
    texts: dict[str, str], kind: str, language: str, expires_at: int
) -> None:
    sender = f"{texts['name']} <destek@acme.example>"
    head = letterhead(
        FeedbackConfig(
            company=texts["company"],
            sender=sender if _fits(sender) else "destek@acme.example",
            notice={language: texts["notice"]},
        ),
        TEXTS,
    )
    ids = {"ticket": texts["ticket"], "survey": texts["survey"], "id": texts["survey"]}
    letter = a_letter(a_case(), kind, language=language, expires_at=expires_at, **ids)

    mail = arrived(letter, head, asked=replace(KNOWN["csat"], question={language: texts["question"]}))

    names = [header.lower() for header in mail.keys()]  # noqa: SIM118
    assert set(names) - {"in-reply-to", "references"} == HEADERS
    assert len(names) == len(set(names))
    assert [address.addr_spec for address in mail["from"].addresses] == ["destek@acme.example"]
    assert [address.addr_spec for address in mail["to"].addresses] == [ADDRESS]
    page = Page(body(mail, "html"))
    assert page.links == [*(f"{URL}?r={score}" for score in range(1, 6)), f"{URL}/stop"]
    assert page.fetched == []
    assert "script" not in page.tags


def _fits(sender: str) -> bool:
    """Whether `sender` is taken, and for this address."""
    try:
        head = letterhead(FeedbackConfig(sender=sender), TEXTS)
    except ConfigInvalid:
        return False
    return head.sender.spec == "destek@acme.example"
