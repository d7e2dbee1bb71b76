"""The survey page under `/s/`: a form by GET, which stores nothing; an answer by POST.

The token in the path is the only authority: nobody can guess it, and there are no cookies that a browser
would add by itself. So a page elsewhere can't have a customer answer: it doesn't know the address to post
to, and isn't told it either (no referrer, no frames). A CSRF token would protect nothing more.

`/s/<token>/stop` takes the one click of a mail program too (RFC 8058): a POST that no page came before.
"""

import math
import time
from collections.abc import Callable
from typing import Any, Final

import structlog
from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from feedback.page import render
from feedback.page.answering import AGAIN_AFTER, Answering
from feedback.page.form import Garbled, fields
from feedback.page.limits import USUAL, Buckets, Limits, asker
from feedback.page.refusals import Refusal, state_of
from feedback.page.site import make_site
from feedback.page.surroundings import Surroundings
from feedback.page.visit import Visit
from feedback.settings import Settings
from feedback.tokens import TokenInvalid, read
from runtime.logs import frames
from streams.publisher import Unavailable

LARGEST_BODY: Final = 64 * 1024
_URLENCODED: Final = "application/x-www-form-urlencoded"
_MULTIPART: Final = "multipart/form-data"
_REFUSED: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")

_log = structlog.get_logger(__name__)


def create_page(
    surroundings: Surroundings,
    settings: Settings,
    now: Callable[[], int],
    limits: Limits = USUAL,
) -> Blueprint:
    """The page over `surroundings`; `now` in µs. Raises ConfigInvalid where a text is missing."""
    page = _Page(surroundings, settings, now, limits)
    blueprint = Blueprint("page", __name__, url_prefix="/s")
    blueprint.before_request(page.admit)
    blueprint.after_request(render.secured)
    blueprint.add_url_rule("/style.css", "style", render.style)
    blueprint.add_url_rule("/<token>", "answer", page.answer, methods=["GET", "POST"])
    blueprint.add_url_rule("/<token>/stop", "stop", page.stop, methods=["GET", "POST"])
    # What else is asked for is answered by a page too, not by the app's problem+json.
    for rule in ("/", "/<path:rest>"):
        blueprint.add_url_rule(rule, "nothing", _nothing, methods=_REFUSED)
    blueprint.register_error_handler(Refusal, page.site.refuse)
    blueprint.register_error_handler(Unavailable, page.unavailable)
    blueprint.register_error_handler(HTTPException, page.http_error)
    blueprint.register_error_handler(Exception, page.failed)
    return blueprint


class _Page:
    """The views."""

    def __init__(
        self, surroundings: Surroundings, settings: Settings, now: Callable[[], int], limits: Limits
    ) -> None:
        self.site = make_site(settings)
        self._surroundings = surroundings
        self._answering = Answering(surroundings)
        self._settings = settings
        self._now = now
        self._addresses = Buckets(limits.address, limits.most)
        self._surveys = Buckets(limits.survey, limits.most)

    def admit(self) -> None:
        """Raise Refusal for whoever asks too often; the style sheet is free."""
        request.max_content_length = LARGEST_BODY
        if request.endpoint != "page.style":
            forwarded = ",".join(request.headers.getlist("X-Forwarded-For"))
            _let_in(self._addresses, asker(request.remote_addr, forwarded, self._settings.proxies))

    def answer(self, token: str) -> Response:
        """The form, or what is made of it."""
        if request.method != "POST":
            visit = self._visit(token, request.args.get("lang"))
            visit.require_open()
            return visit.form(visit.blank())
        if request.mimetype != _URLENCODED:
            raise Refusal("form")
        given = fields(request.get_data(cache=False))
        visit = self._visit(token, given.get("language"))
        visit.require_open()
        take = self._answering.remark if given.get("form") == "more" else self._answering.answer
        return take(visit, given, self._now())

    def stop(self, token: str) -> Response:
        """The page with one button, or what it does; a survey that is over will do."""
        if request.method != "POST":
            visit = self._visit(token, request.args.get("lang"))
            visit.require_standing()
            return visit.stop()
        if request.mimetype not in (_URLENCODED, _MULTIPART):
            raise Refusal("form")
        if request.form.get("List-Unsubscribe") != "One-Click":
            raise Refusal("garbled")
        visit = self._visit(token, request.form.get("language"))
        visit.require_standing()
        return self._answering.stop(visit, self._now())

    def _visit(self, token: str, asked: str | None) -> Visit:
        try:
            claim = read(token, self._settings.survey_keys, self._now())
        except TokenInvalid:
            raise Refusal("unknown") from None
        _let_in(self._surveys, claim.survey_id)
        found = self._surroundings.find(claim.survey_id)
        if found is None:
            raise Refusal("unknown")
        language = self.site.language(found.locale, found.questionnaire.languages, asked)
        return Visit(self.site, claim, found, language, self.site.texts_in(language, claim.expires_at))

    def unavailable(self, _error: Unavailable) -> Response:
        """The page for what isn't known because nobody answers."""
        return self.site.refuse(Refusal("unavailable", after=AGAIN_AFTER))

    def http_error(self, error: HTTPException) -> Response:
        """The page for an error that the framework found."""
        return self.site.refuse(Refusal(state_of(error.code)))

    def failed(self, error: Exception) -> Response:
        """The page for a fault of ours. The framework would log the address, which holds the token."""
        if isinstance(error, Garbled):
            return self.site.refuse(Refusal("garbled"))
        _log.error("page failed", error=type(error).__name__, where=frames(error))
        return self.site.refuse(Refusal("failed"))


def _nothing(**_rest: Any) -> Response:
    raise Refusal("unknown" if request.method in ("GET", "HEAD", "POST") else "method")


def _let_in(buckets: Buckets, key: str) -> None:
    wait = buckets.wait(key, time.monotonic())
    if wait > 0:
        raise Refusal("busy", after=math.ceil(wait))
