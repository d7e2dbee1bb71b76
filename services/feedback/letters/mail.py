"""Composing a survey's mail (pure): one question, each answer a link that preselects it, and how to stop.

A mail may be opened by anybody and every link in it followed by a scanner, so nothing in it does anything by
itself: no picture is fetched, and what counts is sent from the page that a link opens. It is about one
ticket and promotes nothing. There is no List-Id: a question to one customer is no mailing list.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import EmailPolicy
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from events.instants import LAST_MOMENT, moment
from feedback.config import FeedbackConfig, Questionnaire
from feedback.letters.address import Mailbox, NoAddress, line, named_mailbox
from feedback.letters.letter import Letter
from feedback.letters.words import Texts, choices
from runtime.environment import ConfigInvalid

_TEMPLATES: Final = Environment(
    loader=PackageLoader("feedback.letters"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_BUTTON: Final = (
    "box-sizing: border-box; background: #f9fafb; border: 1px solid #6b7280; border-radius: 8px; "
    "color: #111827; font-weight: 600; text-decoration: none;"
)
_ROWS: Final = 7
"""As many answers as are shown in rows with their words; more are shown in one line, which wraps."""
_COMPANY: Final = 100
_TICKET: Final = 60
_NOTICE: Final = 300


_WHOLE: Final = frozenset({"List-Unsubscribe", "Message-ID", "In-Reply-To", "References"})


class _Policy(EmailPolicy):
    """SMTP's, except that headers of links and ids are never folded: they would be torn or encoded."""

    def fold_binary(self, name: str, value: str) -> bytes:
        """See EmailPolicy."""
        if name in _WHOLE:
            return f"{name}: {value}\r\n".encode("ascii", "replace")
        return super().fold_binary(name, value)


_POLICY: Final = _Policy(linesep="\r\n")


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who writes: the sender, the company by the name that customers know, and notice and texts by
    language."""

    sender: Mailbox
    company: str
    notice: Mapping[str, str]
    texts: Mapping[str, Texts]


def letterhead(config: FeedbackConfig, texts: Mapping[str, Texts]) -> Letterhead:
    """Who writes, as `config` says. Raises ConfigInvalid where no mail can be sent so."""
    try:
        sender = named_mailbox(config.sender or "")
    except NoAddress:
        raise ConfigInvalid(
            'feedback.from: write who surveys are mailed by, such as "Acme Destek <destek@acme.example>"'
        ) from None
    if sender.international:
        raise ConfigInvalid("feedback.from: write an address of ASCII letters: not every server takes others")
    company = line(config.company, _COMPANY) or sender.name or sender.domain
    return Letterhead(sender, company, config.notice, texts)


def compose(
    letter: Letter, to: Mailbox, questionnaire: Questionnaire, head: Letterhead, url: str, now: int
) -> EmailMessage:
    """The mail that brings `letter` to `to` at `now` (µs); `url` is the survey page of its customer. The
    Message-ID is the same whenever it is sent again, so that a second one can be known."""
    shown = _shown(letter, questionnaire, head, url)
    mail = EmailMessage(policy=_POLICY.clone(utf8=to.international))
    mail["From"] = Mailbox(head.sender.local, head.sender.domain, head.sender.name or head.company).header
    mail["To"] = to.header
    mail["Subject"] = shown["subject"]
    mail["Date"] = moment(now)
    mail["Message-ID"] = _message_id(letter.id, head)
    if letter.kind == "reminder":
        mail["In-Reply-To"] = mail["References"] = _message_id(letter.survey, head)
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail["List-Unsubscribe"] = f"<{shown['stop_url']}>"
    if url.startswith("https:"):
        # RFC 8058: one click is for https alone.
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    text = _TEMPLATES.get_template("letter.txt").render(shown)
    mail.set_content(text, cte="quoted-printable")
    page = _TEMPLATES.get_template("letter.html").render(shown)
    mail.add_alternative(page, subtype="html", cte="quoted-printable")
    # Last: whoever sets the content takes such headers away.
    mail["Content-Language"] = letter.language
    return mail


def _message_id(letter_id: str, head: Letterhead) -> str:
    digest = hashlib.sha256(letter_id.encode("utf-8", "backslashreplace")).hexdigest()[:32]
    return f"<{digest}@{head.sender.domain}>"


def _shown(letter: Letter, questionnaire: Questionnaire, head: Letterhead, url: str) -> dict[str, Any]:
    texts = head.texts[letter.language]
    about = {"company": head.company, "ticket": line(letter.ticket, _TICKET)}
    reminds = letter.kind == "reminder"
    own = questionnaire.question.get(letter.language)
    usual = texts.questions[questionnaire.kind].format_map(about)
    points = _choices(letter, questionnaire, texts, url)
    return {
        "language": letter.language,
        "company": head.company,
        "subject": line((texts.reminder_subject if reminds else texts.subject).format_map(about), 300),
        "greeting": texts.greeting,
        "about": (texts.reminder_about if reminds else texts.about).format_map(about),
        "question": usual if own is None else line(own, _NOTICE),
        "choices": points,
        "rows": len(points) <= _ROWS,
        "button": _BUTTON,
        "choose": texts.choose,
        "until": texts.until.format_map({"date": _day(letter.expires_at, texts)}),
        "notice": line(head.notice.get(letter.language, ""), _NOTICE),
        "stop": texts.stop,
        "stop_link": texts.stop_link,
        "stop_url": f"{url}/stop",
    }


def _choices(
    letter: Letter, questionnaire: Questionnaire, texts: Texts, url: str
) -> list[dict[str, str | int]]:
    own = {questionnaire.first: questionnaire.lowest, questionnaire.scale: questionnaire.highest}
    ends = {
        point: line(words[letter.language], _COMPANY)
        for point, words in own.items()
        if letter.language in words
    }
    named = choices(questionnaire.kind, questionnaire.first, questionnaire.scale, texts, ends)
    return [
        {
            "score": score,
            "label": label,
            "words": f"{score} – {label}" if label else str(score),
            "url": f"{url}?r={score}",
        }
        for score, label in named
    ]


def _day(at: int, texts: Texts) -> str:
    """The day (UTC) of `at`."""
    day = moment(min(at, LAST_MOMENT))
    return texts.date.format_map({"day": day.day, "month": texts.months[day.month - 1], "year": day.year})
