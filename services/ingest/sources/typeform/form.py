"""What a form asked and what was answered: the shape of a response, whatever it is about."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from ingest.sources.body import Part
from ingest.sources.meaning import folded
from ingest.sources.typeform.words import CHOICES, COMMENT, LONG_TEXT, OTHER, REASON, TEXTS


@dataclass(frozen=True, slots=True)
class Question:
    """A question of a form. `ref` is the name that its author gave it (as words are compared), else a random
    one; `properties` says how many steps a scale has, where the tool tells that."""

    id: str
    kind: str
    ref: str | None
    properties: Part


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a `question`; its value stands in `part` under the name of its type."""

    question: Question
    part: Part


class Choice(NamedTuple):
    """The label that was chosen, of several the first, and what was written instead (then the label is
    `other`) or beside it."""

    label: str | None = None
    words: str | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """The questions of a form, answered or not, and the answers of one response in their order."""

    questions: tuple[Question, ...]
    answers: tuple[Answer, ...]

    def comment(self) -> str | None:
        """What was written: in the text question `comment`, else in the only long text."""
        texts = [question for question in self.questions if question.kind in TEXTS]
        answer = self._one(_named(texts, COMMENT) or [one for one in texts if one.kind == LONG_TEXT])
        text = answer.part["text"].text() if answer else ""
        return text if text.strip() else None

    def reason(self) -> Choice:
        """What was chosen in the choice `reason`, else in the only choice."""
        choices = [question for question in self.questions if question.kind in CHOICES]
        answer = self._one(_named(choices, REASON) or choices)
        return Choice() if answer is None else _chosen(answer.part)

    def _one(self, candidates: list[Question]) -> Answer | None:
        """The answer to the only one of `candidates`; none where there are several."""
        if len(candidates) != 1:
            return None
        return next((answer for answer in self.answers if answer.question is candidates[0]), None)


def read_form(response: Part) -> Form:
    """The form in `response` (`form_response`). Raises PayloadInvalid.

    Questions are what the definition lists, and what was answered beyond it: bodies may lack either the
    definition or the references in their answers.
    """
    asked = {question.id: question for question in _asked(response["definition"]["fields"])}
    given: list[tuple[str, Part]] = []
    for part in response["answers"].items():
        own = _question(part["field"])
        known = asked.get(own.id) or next(
            (one for one in asked.values() if one.ref and one.ref == own.ref), own
        )
        asked[known.id] = known if known.ref else replace(known, ref=own.ref)
        given.append((known.id, part))
    return Form(tuple(asked.values()), tuple(Answer(asked[name], part) for name, part in given))


def _asked(fields: Part) -> Iterator[Question]:
    for field in fields.items():
        yield _question(field)
        # The questions of a group stand within it.
        yield from _asked(field["properties"]["fields"])


def _question(field: Part) -> Question:
    ref = field["ref"].text_or_none(256)
    kind = field["type"].text(100) or field["type"].refuse("empty")
    return Question(field["id"].id(), kind, folded(ref) if ref else None, field["properties"])


def _named(questions: Iterable[Question], ref: str) -> list[Question]:
    return [question for question in questions if question.ref == ref]


def _chosen(part: Part) -> Choice:
    kind = part["type"].text(100) or part["type"].refuse("empty")
    if kind == "text":
        # So older deliveries tell what was chosen from a dropdown.
        return Choice(part["text"].text_or_none())
    value = part["choices"] if kind == "choices" else part["choice"]
    label, other = next(value["labels"].items(), value["label"]).text_or_none(), value["other"]
    # What was written may be gone from a delivery that was kept; that it was isn't.
    return Choice(label or (OTHER if other else None), other.text_or_none())
