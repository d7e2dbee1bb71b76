"""What all pages of a site share: its settings, its texts, and how a page speaks of itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Response, request

from events.instants import LAST_MOMENT, moment
from feedback.config import FeedbackConfig
from feedback.page import render
from feedback.page.form import LONGEST
from feedback.page.language import chosen, preferred, spoken
from feedback.page.refusals import STATUS, Refusal
from feedback.page.texts import Texts, check_languages, date, filled, texts
from feedback.settings import Settings


@dataclass(frozen=True, slots=True)
class Site:
    """Who asks: `company` by the name that customers know; the texts by language."""

    company: str
    feedback: FeedbackConfig
    texts: Mapping[str, Texts]

    def texts_in(self, language: str, expires_at: int = 0) -> Texts:
        """The texts in `language` for a survey that ends at `expires_at` (µs)."""
        written = self.texts[language]
        day = date(moment(max(0, min(expires_at, LAST_MOMENT))), written.dates)
        return filled(written, company=self.company, date=day, limit=str(LONGEST))

    def language(self, locale: str | None, known: Sequence[str], asked: str | None) -> str:
        """Which of the `known` languages the current request is answered in; `asked` is what it asks for."""
        return chosen(asked, locale, request.accept_languages, [each for each in known if each in self.texts])

    def switch(self, known: Sequence[str]) -> list[dict[str, str]]:
        """The languages to choose among; none where there is no choice."""
        found = [{"code": each, "name": self.texts[each].name} for each in known if each in self.texts]
        return found if len(found) > 1 else []

    def page(self, template: str, language: str, status: int = 200, **values: Any) -> Response:
        """A page in `language`."""
        return render.page(template, status, language=language, company=self.company, **values)

    def refuse(self, refusal: Refusal) -> Response:
        """The page that says why there is no form."""
        known = preferred(list(self.texts))
        language = refusal.language or self.language(None, known, request.args.get("lang"))
        said = self.texts_in(language)
        switch = self.switch(known) if request.method == "GET" and refusal.language is None else []
        problem = getattr(said.problems, refusal.state)
        response = self.page(
            "problem", language, STATUS[refusal.state], t=said, said=problem, switch=switch, chosen=None
        )
        if refusal.after is not None:
            response.headers["Retry-After"] = str(refusal.after)
        if refusal.state == "method":
            response.headers["Allow"] = "GET, HEAD, POST"
        return response

    def own_words(self, language: str, known: Sequence[str]) -> dict[str, Any]:
        """What the configuration adds to a page in `language`: a notice, and the wording of consent."""
        return {
            "notice": spoken(self.feedback.notice, language, known),
            "consent": spoken(self.feedback.consent, language, known),
        }


def make_site(settings: Settings) -> Site:
    """The site that `settings` describe. Raises ConfigInvalid where a text is missing."""
    folder = settings.feedback.texts
    written = texts(None if folder is None else Path(folder))
    check_languages(settings.known, written)
    return Site(_company(settings), settings.feedback, written)


def _company(settings: Settings) -> str:
    name, address = parseaddr(settings.feedback.sender or "")
    host = urlsplit(settings.public_url).hostname or ""
    return settings.feedback.company or name or address.rpartition("@")[2] or host
