"""The question as a page asks it: its words, and the points of its scale (pure)."""

from dataclasses import dataclass

from feedback.config import Questionnaire
from feedback.page.texts import Texts


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the scale, and what it stands for ("" between two named ends)."""

    score: int
    label: str

    @property
    def words(self) -> str:
        """How a sentence names it."""
        return f"{self.score} – {self.label}" if self.label else str(self.score)


@dataclass(frozen=True, slots=True)
class Question:
    """`labelled`: every point stands for something, and so is shown in a row of its own."""

    text: str
    points: tuple[Point, ...]

    @property
    def labelled(self) -> bool:
        """Whether every point has words of its own."""
        return all(point.label for point in self.points)

    @property
    def ends(self) -> tuple[Point, ...]:
        """The points that have words."""
        return tuple(point for point in self.points if point.label)

    def words(self, score: int) -> str:
        """How a sentence names `score`, which an earlier scale may have had."""
        return next((point.words for point in self.points if point.score == score), str(score))


def question(questionnaire: Questionnaire, language: str, texts: Texts) -> Question:
    """What `questionnaire` asks in `language`: in its own words where it has them, else by `texts`."""
    kind = questionnaire.kind
    asked = questionnaire.question.get(language) or str(getattr(texts.questions, kind))
    scores = range(questionnaire.first, questionnaire.scale + 1)
    labels: tuple[str, ...] = getattr(texts.labels, kind)
    lowest, highest = (words.get(language, "") for words in (questionnaire.lowest, questionnaire.highest))
    if lowest or highest:
        named = {questionnaire.first: lowest, questionnaire.scale: highest}
    elif len(labels) == len(scores):
        named = dict(zip(scores, labels, strict=True))
    else:
        named = {questionnaire.first: labels[0], questionnaire.scale: labels[-1]}
    return Question(asked, tuple(Point(score, named.get(score, "")) for score in scores))
