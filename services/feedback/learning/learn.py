"""Learning at night: a model for each language, adopted where it beats the word list.

What was read before is not read anew: figures stay as first read, until an answer is edited.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from feedback.forgetting.retention import Progress
from feedback.learning.examples import Said, latest
from feedback.learning.shelf import Kept, Shelf
from feedback.sentiment.language import Language
from feedback.sentiment.model import Comparison, ModelInvalid, load
from feedback.sentiment.training import ENOUGH, is_better, judged
from feedback.sentiment.training import learn as lesson_of
from feedback.store import Store


@dataclass(frozen=True, slots=True)
class Learned:
    """What was learned of one language: from how many `labels`, what came of it (`adopted`, `unchanged`,
    `kept`, `retired` or `none`), which model is in use now, why, and how it compares on unseen texts."""

    language: str
    labels: int
    outcome: str
    version: str | None
    reason: str
    compared: Comparison | None

    def __str__(self) -> str:
        model = self.version or "the word list"
        text = f"{self.language}: {model} ({self.outcome}), {self.labels} labels: {self.reason}"
        if self.compared is None:
            return text
        ours, theirs = self.compared.macro_f1, self.compared.listed_macro_f1
        return f"{text}; macro F1 {ours:.3f} against {theirs:.3f} on {self.compared.texts} texts"


def learn(store: Store, now: int, progress: Progress = lambda _: None) -> list[Learned]:
    """Learn at `now` (µs) from the comments in `store`, and adopt what is better."""
    said = latest(store, progress)
    return [_learn(Shelf(store), language, comments, now) for language, comments in said.items()]


def _learn(shelf: Shelf, language: Language, said: Sequence[Said], now: int) -> Learned:
    lesson = lesson_of([example for _, example in said], language)
    present = shelf.in_use().get(language)
    model, labels = lesson.model, len(said)
    if model is None:
        kept = None if present is None else shelf.take(present)
        if kept is not None:
            return _judge(shelf, language, kept, said, now)
        return Learned(language, labels, "none", None, lesson.reason, lesson.held_out)
    if model.version == present:
        return Learned(language, labels, "unchanged", present, "nothing new was said", lesson.held_out)
    shelf.adopt(model, now)
    return Learned(language, labels, "adopted", model.version, lesson.reason, lesson.held_out)


def _judge(shelf: Shelf, language: Language, kept: Kept, said: Sequence[Said], now: int) -> Learned:
    """Whether the present model may stay, where tonight's is no better than the word list: by what was said
    since it was learned, which it has never seen."""
    labels = len(said)
    try:
        model = load(kept.json)
    except ModelInvalid as why:
        shelf.retire(kept.version, now, None)
        return Learned(language, labels, "retired", None, str(why), None)
    unseen = [example for at, example in said if at > kept.at]
    if len(unseen) < ENOUGH:
        reason = f"no better one, and only {len(unseen)} texts that it has not seen"
        return Learned(language, labels, "kept", kept.version, reason, None)
    compared = judged(model, unseen)
    if is_better(compared):
        return Learned(language, labels, "kept", kept.version, "still better than the word list", compared)
    shelf.retire(kept.version, now, compared)
    reason = "the present model is no longer better than the word list"
    return Learned(language, labels, "retired", None, reason, compared)
