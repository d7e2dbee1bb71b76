"""A response to a form: scores, a remark, or the reason why a customer left."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from msgspec import UNSET

from ingest.sources.body import Part, parse
from ingest.sources.contract import Origin, Reading
from ingest.sources.meaning import folded
from ingest.sources.telling import Telling, When
from ingest.sources.typeform.form import Answer, Form, read_form
from ingest.sources.typeform.scores import score, surveys
from ingest.sources.typeform.words import NOTHING, SCALES, SURVEYS, WORDS, Survey

_RESPONSE: Final = "form_response"
_CHANNEL: Final = "form"
_LABEL_LENGTH: Final = 256


@dataclass(frozen=True, slots=True)
class Told:
    """A response: where to tell it, what was answered, and `form_response` itself."""

    telling: Telling
    form: Form
    response: Part

    @property
    def form_id(self) -> str:
        """Which form it answers."""
        return self.response["form_id"].id()

    @property
    def token(self) -> str:
        """The response's own name."""
        return self.response["token"].id()

    @property
    def key(self) -> str:
        """What no other response of any form is called."""
        return f"{self.form_id}:{self.token}"

    @property
    def subject(self) -> str:
        """The ticket that it is about, else the response itself."""
        return self.hidden("ticket").id_or_none() or self.token

    @property
    def when(self) -> When:
        """When it was sent."""
        return When(self.response["submitted_at"].time())

    def hidden(self, name: str) -> Part:
        """What the link to the form said of `name`; a missing part where it said nothing."""
        part = self.response["hidden"][name]
        empty = not part or (part.is_text() and part.text().strip().casefold() in NOTHING)
        return Part(path=part.path) if empty else part


def read(_headers: Mapping[str, str], body: bytes, _received_at: datetime, origin: Origin) -> Reading:
    """What a delivery of Typeform says. Raises PayloadInvalid."""
    root, telling = parse(body), Telling(origin, WORDS)
    response = root[_RESPONSE]
    # What was only begun (form_response_partial) may still be finished, and comes again then.
    if root["event_type"].text(100) == _RESPONSE and not _is_trial(root["event_id"], response):
        _tell(Told(telling, read_form(response), response))
    return telling.reading()


def _is_trial(event_id: Part, response: Part) -> bool:
    """Whether Typeform made the answers up, to try the webhook: nobody answers in no time, and a response of
    its own has another name than its delivery."""
    same = ((event_id, response["token"]), (response["landed_at"], response["submitted_at"]))
    return all(one.is_text() and two.is_text() and one.text() == two.text() for one, two in same)


def _tell(told: Told) -> None:
    if folded(told.hidden("kind").id_or_none() or "") == "exit":
        _exited(told)
        return
    asked = surveys(told.form, told.hidden("survey"))
    answered = [(asked[one.question.id], one) for one in told.form.answers if one.question.id in asked]
    if answered:
        _rated(told, answered)
    elif not _unmapped(told):
        _mentioned(told)


def _rated(told: Told, answered: list[tuple[Survey, Answer]]) -> None:
    comment = told.form.comment()
    for survey, answer in answered:
        number, scale = score(survey, answer, told.hidden("scale"))
        told.telling.rated(
            told.subject,
            told.when,
            f"{told.key}:{survey}",
            survey=survey,
            score=number,
            scale=scale,
            comment=comment or UNSET,
            locale=told.telling.label(told.hidden("locale")),
            ticket=told.hidden("ticket").id_or_none() or UNSET,
            customer=told.telling.person(told.hidden("customer")),
            team=told.telling.team(told.hidden("team")),
            agent=told.telling.agent(told.hidden("agent")),
        )
        # It was said once, whatever number of scores stands beside it.
        comment = None


def _unmapped(told: Told) -> bool:
    """Note the scales of which nothing says what they ask, and whether there are such answers: what is
    written beside them isn't unasked-for."""
    scales = [one.question for one in told.form.answers if one.question.kind in SCALES]
    named = told.hidden("survey").id_or_none()
    unknown = [f"{told.form_id}/{one.ref or one.id}" for one in scales]
    for word in unknown if named is None or folded(named) in SURVEYS else [named]:
        told.telling.unmapped("survey", word)
    return bool(scales)


def _mentioned(told: Told) -> None:
    text = told.form.comment()
    if text is not None:
        told.telling.mentioned(
            told.subject,
            told.when,
            told.key,
            text=text,
            channel=_CHANNEL,
            customer=told.telling.person(told.hidden("customer")),
            locale=told.telling.label(told.hidden("locale")),
        )


def _exited(told: Told) -> None:
    reason = told.form.reason()
    told.telling.exited(
        told.subject,
        told.when,
        told.key,
        customer=told.hidden("customer").id(),
        reason=reason.label[:_LABEL_LENGTH] if reason.label else UNSET,
        comment=told.form.comment() or reason.words or UNSET,
    )
