"""What a customer does with a survey: answers it, adds a remark, asks not to be asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from flask import Response

from feedback.page.form import Typed, read_answer, read_remark
from feedback.page.surroundings import Given, Surroundings
from feedback.page.visit import Visit
from streams.publisher import Unavailable

AGAIN_AFTER: Final = 10
"""Seconds after which to try again what couldn't be stored."""


@dataclass(frozen=True, slots=True)
class Answering:
    """Takes what customers send on a `visit`, at `now` (µs): stored in the surroundings before it is
    thanked for. What is faulty, or can't be stored just now, is shown again as it was typed."""

    surroundings: Surroundings

    def answer(self, visit: Visit, given: Mapping[str, str], now: int) -> Response:
        """Take the answer in the fields `given`."""
        typed = read_answer(given, visit.found.questionnaire)
        if typed.faults or typed.score is None:
            return visit.form(typed, 400)
        dropped = bool(typed.text) and visit.asks_consent and not typed.consent
        comment = None if dropped else typed.text or None
        try:
            self.surroundings.store(visit.claim.survey_id, Given(typed.score, comment, visit.language, now))
        except Unavailable:
            return later(visit.form(typed, 503, unsaved=True))
        said = visit.t.thanks.changed if visit.found.present else visit.t.thanks.stored
        return visit.thanks(said, Typed(), dropped=dropped)

    def remark(self, visit: Visit, given: Mapping[str, str], now: int) -> Response:
        """Take the further remark in the fields `given`."""
        typed = read_remark(given, visit.asks_consent)
        if typed.faults:
            return visit.thanks(visit.t.thanks.stored, typed, 400)
        try:
            self.surroundings.add(visit.claim.survey_id, typed.text, visit.language, now)
        except Unavailable:
            return later(visit.thanks(visit.t.thanks.stored, typed, 503, unsaved=True))
        return visit.thanks(visit.t.thanks.added, None)

    def stop(self, visit: Visit, now: int) -> Response:
        """Never ask this customer again."""
        try:
            self.surroundings.stop(visit.claim.survey_id, now)
        except Unavailable:
            return later(visit.stop(503, unsaved=True))
        return visit.stop(done=True)


def later(response: Response) -> Response:
    """`response`, which asks to try again."""
    response.headers["Retry-After"] = str(AGAIN_AFTER)
    return response
