"""Learning from own answers: the score beside a text is its label (pure, deterministic)."""

from collections.abc import Sequence
from math import sqrt
from typing import Final, NamedTuple
from zlib import crc32

from feedback.sentiment.features import LISTED, features
from feedback.sentiment.fold import fold
from feedback.sentiment.language import Language
from feedback.sentiment.lexicon import lexicon
from feedback.sentiment.measure import Pairs, accuracy, macro_f1
from feedback.sentiment.model import LABELS, Comparison, Model, Row, probabilities, versioned
from feedback.sentiment.reading import opinion_by_words
from feedback.sentiment.sentences import parse
from feedback.sentiment.weights import Label

# Fewer labels than this teach nothing that holds.
ENOUGH: Final = 100
# Beyond it, the latest should be given: training takes time in proportion.
MOST: Final = 20_000

_PARTS: Final = 5
# Up to here every part is held out once, by five trainings; beyond, one part says enough.
_FEW: Final = 1_000
_EPOCHS: Final = 8
_RATE: Final = 0.5
# A one-sided sign test at 5 %: by luck alone, wins exceed losses by this many deviations once in twenty.
_LUCK: Final = 1.645
# The training starts where the word list stands.
_PRIOR: Final = 1.5


class Example(NamedTuple):
    """A text and what its score says of it: `negative`, `neutral` or `positive`."""

    text: str
    label: Label


class Lesson(NamedTuple):
    """What a training came to: `model` where it is better than the word list, and `reason` in plain words."""

    model: Model | None
    reason: str
    held_out: Comparison | None = None


class _Row(NamedTuple):
    vector: dict[int, float]
    target: int
    listed: Label
    part: int
    order: int


def learn(examples: Sequence[Example], language: Language) -> Lesson:
    """A model from `examples`, all in `language`, if it beats the word list on texts that it never saw.

    The same examples, in any order, make the same model. Raises ValueError beyond MOST examples and for a
    label that is none.
    """
    if len(examples) > MOST:
        raise ValueError(f"{len(examples)} examples: give the latest {MOST}")
    # Equal texts train once per copy but never stand on both sides.
    rows = [_row(example, language) for example in sorted(examples)]
    kinds = {row.target for row in rows}
    if len(rows) < ENOUGH or len(kinds) < 2:
        return Lesson(None, f"too few labels: {len(rows)} of {ENOUGH}, {len(kinds)} kinds of at least 2")
    compared = _compare(rows)
    if not is_better(compared):
        return Lesson(None, "not better than the word list on texts it had not seen", compared)
    bias, weights = _fit(rows)
    model = Model(language, lexicon(language).version, len(rows), compared, bias, weights)
    return Lesson(versioned(model), "better than the word list on texts it had not seen", compared)


def judged(model: Model, examples: Sequence[Example]) -> Comparison:
    """How `model` and the word list do on `examples`, all in its language, none that it has learned from."""
    language: Language = "en" if model.language == "en" else "tr"
    learned: list[tuple[str, str]] = []
    listed: list[tuple[str, str]] = []
    for text, label in examples:
        words = opinion_by_words(text, parse(fold(text)), language)
        listed.append((label, words.label))
        learned.append((label, model.judge(text, words).label))
    return _comparison(learned, listed)


def _row(example: Example, language: Language) -> _Row:
    folded = fold(example.text)
    listed = opinion_by_words(example.text, parse(folded), language)
    mark = crc32(folded.encode(errors="replace"))
    target = LABELS.index(example.label)
    return _Row(features(example.text, listed), target, listed.label, mark % _PARTS, mark)


def _compare(rows: Sequence[_Row]) -> Comparison:
    learned: list[tuple[str, str]] = []
    listed: list[tuple[str, str]] = []
    for part in range(_PARTS if len(rows) < _FEW else 1):
        bias, weights = _fit([row for row in rows if row.part != part])
        for row in (row for row in rows if row.part == part):
            shares = probabilities(weights, bias, row.vector)
            true = LABELS[row.target]
            learned.append((true, LABELS[shares.index(max(shares))]))
            listed.append((true, row.listed))
    return _comparison(learned, listed)


def _comparison(learned: Pairs, listed: Pairs) -> Comparison:
    both = list(zip(learned, listed, strict=True))
    return Comparison(
        texts=len(both),
        accuracy=round(accuracy(learned), 4),
        listed_accuracy=round(accuracy(listed), 4),
        macro_f1=round(macro_f1(learned), 4),
        listed_macro_f1=round(macro_f1(listed), 4),
        wins=sum(model[0] == model[1] != words[1] for model, words in both),
        losses=sum(words[0] == words[1] != model[1] for model, words in both),
    )


def is_better(compared: Comparison) -> bool:
    """Whether the model of `compared` beats the word list by more than luck."""
    lead = compared.wins - compared.losses
    return compared.macro_f1 > compared.listed_macro_f1 and lead > _LUCK * sqrt(
        compared.wins + compared.losses
    )


def _fit(rows: Sequence[_Row]) -> tuple[Row, dict[int, Row]]:
    """Bias and weights of a logistic regression over three labels, by AdaGrad in an order that is fixed."""
    weights = {
        number: [_PRIOR * (LABELS[at] == label) for at in range(3)] for label, number in LISTED.items()
    }
    squares: dict[int, list[float]] = {}
    bias = [0.0, 0.0, 0.0]
    for epoch in range(_EPOCHS):
        for row in sorted(rows, key=lambda row: (crc32(b"%d %d" % (epoch, row.order)), row.target)):
            shares = probabilities(weights, bias, row.vector)
            errors = [shares[at] - (at == row.target) for at in range(3)]
            bias = [value - 0.02 * error for value, error in zip(bias, errors, strict=True)]
            _step(weights, squares, row.vector, errors)
    return _rounded(bias), {
        number: rounded for number, row in sorted(weights.items()) if any(rounded := _rounded(row))
    }


def _step(
    weights: dict[int, list[float]],
    squares: dict[int, list[float]],
    vector: dict[int, float],
    errors: Sequence[float],
) -> None:
    for number, value in vector.items():
        row = weights.setdefault(number, [0.0, 0.0, 0.0])
        sums = squares.setdefault(number, [0.1, 0.1, 0.1])
        for at in range(3):
            slope = errors[at] * value
            sums[at] += slope * slope
            row[at] -= _RATE * slope / sqrt(sums[at])


def _rounded(row: Sequence[float]) -> Row:
    return round(row[0], 4), round(row[1], 4), round(row[2], 4)
