"""Mails as their receivers see them."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser

from feedback.config import Questionnaire
from feedback.letters.address import mailbox
from feedback.letters.letter import Letter
from feedback.letters.mail import Letterhead, compose
from harness.letters import ADDRESS, HEAD, KNOWN

URL = "https://ask.acme.example/s/" + "T0KEN." * 30
NOW = 1_795_000_000_000_000
HEADERS = {
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "content-language",
    "auto-submitted",
    "x-auto-response-suppress",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "mime-version",
    "content-type",
}


def arrived(
    letter: Letter, head: Letterhead = HEAD, url: str = URL, asked: Questionnaire | None = None
) -> EmailMessage:
    """The mail as its receiver parses it."""
    questionnaire = asked or KNOWN[letter.questionnaire]
    composed = compose(letter, mailbox(ADDRESS), questionnaire, head, url, NOW)
    parsed = message_from_bytes(composed.as_bytes(), policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def body(mail: EmailMessage, kind: str) -> str:
    """The text of the body of `kind` (plain, html)."""
    part = mail.get_body((kind,))
    assert part is not None
    content = part.get_content()
    assert isinstance(content, str)
    return content


class Page(HTMLParser):
    """The links of a page with their words, its language, and what it would fetch or run."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.names: dict[str, str] = {}
        self.tags: list[str] = []
        self.fetched: list[str] = []
        self.language: str | None = None
        self._href: str | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        if tag == "html":
            self.language = given["lang"]
        if "src" in given or "background" in given or "onclick" in given:
            self.fetched.append(tag)
        if tag == "a":
            self._href = given["href"] or ""
            self.links.append(self._href)
            self.names[self._href] = given.get("aria-label") or ""

    def handle_data(self, data: str) -> None:
        if self._href is not None:
            self.names[self._href] = self.names[self._href] or data

    def handle_endtag(self, tag: str) -> None:
        self._href = None if tag == "a" else self._href
