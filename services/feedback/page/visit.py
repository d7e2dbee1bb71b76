"""A customer's visit: the survey that a token opens, and the pages about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, request

from feedback.page.form import Typed, score_of
from feedback.page.question import question
from feedback.page.refusals import Refusal
from feedback.page.site import Site
from feedback.page.surroundings import Open
from feedback.page.texts import Said, Texts
from feedback.tokens import Claim


@dataclass(frozen=True, slots=True)
class Visit:
    """The survey `found` that the token's `claim` opens, and the page's `language` and texts `t`."""

    site: Site
    claim: Claim
    found: Open
    language: str
    t: Texts

    @property
    def known(self) -> Sequence[str]:
        """The languages that the survey may be answered in."""
        return self.found.questionnaire.languages

    @property
    def asks_consent(self) -> bool:
        """Whether what customers write is kept only where they agree to it."""
        return bool(self.site.feedback.consent)

    def require_standing(self) -> None:
        """Raise Refusal where nothing is left of the survey."""
        if self.found.standing == "erased":
            raise Refusal("erased", self.language)

    def require_open(self) -> None:
        """Raise Refusal where the survey takes no answers."""
        self.require_standing()
        if self.claim.expired:
            raise Refusal("expired", self.language)
        if self.found.standing == "closed":
            raise Refusal("closed", self.language)

    def blank(self) -> Typed:
        """The form as it is opened: the answer as it stands, and the score that the link preselects."""
        preselected = score_of(request.args.get("r"), self.found.questionnaire)
        present = self.found.present
        if present is None:
            return Typed(preselected)
        score = present.score if preselected is None else preselected
        return Typed(score, present.comment or "", consent=present.comment is not None)

    def form(self, typed: Typed, status: int = 200, *, unsaved: bool = False) -> Response:
        """The form for the answer with what is `typed` in it; `unsaved`: it couldn't be stored just now."""
        return self._page(
            "form",
            status,
            typed=typed,
            unsaved=unsaved,
            question=question(self.found.questionnaire, self.language, self.t),
            present=self.found.present,
            switch=self.site.switch(self.known),
            chosen=typed.score,
            stop=self._stop,
        )

    def thanks(
        self,
        said: Said,
        more: Typed | None,
        status: int = 200,
        *,
        unsaved: bool = False,
        dropped: bool = False,
    ) -> Response:
        """The page after an answer; `more`: what is typed in the form for a further remark (None: there is
        no form); `unsaved`: it couldn't be stored just now; `dropped`: a comment wasn't kept."""
        return self._page(
            "thanks",
            status,
            said=said,
            typed=more,
            unsaved=unsaved,
            without_comment=dropped,
            switch=[],
            stop=self._stop,
        )

    def stop(self, status: int = 200, *, done: bool = False, unsaved: bool = False) -> Response:
        """The page that asks whether to stop, or (`done`) that says that it is done."""
        switch = [] if done else self.site.switch(self.known)
        return self._page("stop", status, done=done, unsaved=unsaved, switch=switch, chosen=None)

    def _page(self, template: str, status: int, **values: Any) -> Response:
        own = self.site.own_words(self.language, self.known)
        return self.site.page(template, self.language, status, t=self.t, **own, **values)

    @property
    def _stop(self) -> str:
        return f"{request.path.rpartition('/')[2]}/stop?lang={self.language}"
