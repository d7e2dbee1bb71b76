"""Which answers are scores, of which survey, and on which scale."""

from typing import Final

from msgspec import UNSET, UnsetType

from ingest.sources.body import Part
from ingest.sources.meaning import folded
from ingest.sources.rendered import whole
from ingest.sources.typeform.form import Answer, Form, Question
from ingest.sources.typeform.words import NPS, OPINION, RATING, SCALES, SURVEYS, USUAL, Scale, Survey

_MOST_POINTS: Final = 100


def surveys(form: Form, named: Part) -> dict[str, Survey]:
    """What the questions of `form` ask for, by their ids: what their references say (a net promoter score
    says it itself), else the only scale asks for the survey that is `named`."""
    found = {one.id: survey for one in form.questions if (survey := _own(one)) is not None}
    scales = [one for one in form.questions if one.kind in SCALES]
    if not found and len(scales) == 1 and named:
        survey = SURVEYS.get(folded(named.id()))
        return {} if survey is None else {scales[0].id: survey}
    return found


def score(survey: Survey, answer: Answer, scale: Part) -> tuple[int, int | UnsetType]:
    """The score in `answer`, and the best one of its scale where that isn't the usual one.

    `scale` is how many points there are, from 1 on, where the form's definition doesn't say it. The points of
    a scale that begins at 0 count from 1 on: there is no 0 in CSAT and CES. Raises PayloadInvalid for a
    number that is none of the points, and for a net promoter score that isn't from 0 to 10.
    """
    usual, own = USUAL[survey], _scale(survey, answer.question, scale)
    number = answer.part["number"]
    if survey == "nps" and own != usual:
        number.refuse("a net promoter score is from 0 to 10: use that kind of question, or 11 steps from 0")
    place = number.integer() - own.first
    if not 0 <= place < own.points:
        last = own.first + own.points - 1
        number.refuse(f"expected {own.first} to {last} for {survey}; name another scale in its link: scale=…")
    return usual.first + place, UNSET if own.points == usual.points else own.points


def _own(question: Question) -> Survey | None:
    return SURVEYS.get(question.ref or "") or ("nps" if question.kind == NPS else None)


def _scale(survey: Survey, question: Question, scale: Part) -> Scale:
    usual, steps = USUAL[survey], question.properties["steps"]
    points = usual.points
    if steps:
        points = _count(steps, steps.integer())
    elif scale and survey != "nps":
        points = _count(scale, whole(scale))
    return Scale(_first(question, usual.first), points)


def _first(question: Question, usual: int) -> int:
    if question.kind in (RATING, NPS):
        return 1 if question.kind == RATING else 0
    start, steps = question.properties["start_at_one"], question.properties["steps"]
    # Who says how many steps there are must say where they begin.
    if question.kind == OPINION and (start or steps):
        return 1 if start.boolean() else 0
    return usual


def _count(part: Part, points: int) -> int:
    return points if 2 <= points <= _MOST_POINTS else part.refuse(f"expected 2 to {_MOST_POINTS}")
