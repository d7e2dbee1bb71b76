"""Which answers of the totals are shown by score, and which are left out of that (pure)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from feedback.exposition.numbers import Amounts
from feedback.scores.measures import Question
from feedback.scores.scales import FIRST, USUAL
from rollups.exposition import OTHER


@dataclass(frozen=True, slots=True)
class Placed:
    """Answers by survey and score on the survey's scale, and those `left_out`, by survey: on another scale,
    or (`other`) to a question set that isn't configured."""

    scored: Counter[tuple[str, int]] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)


def placed(amounts: Amounts, questions: Mapping[str, Question]) -> Placed:
    """The answers among `amounts`, each in one place. `questions` are the configured question sets by name.

    A csat, nps or ces that is configured on another scale than the usual one is left out all the same: what
    is computed from these families takes 4 and 5 for good.
    """
    found = Placed()
    for measure, amount in amounts.items():
        kind, _, rest = measure.partition(".")
        if kind != "answers":
            continue
        name, scale, score = rest.rsplit(".", 2)
        question = _question(name, questions)
        if question is None:
            found.left_out[OTHER] += amount
        elif int(scale) == question.scale and FIRST[question.kind] <= int(score) <= question.scale:
            found.scored[name, int(score)] += amount
        else:
            found.left_out[name] += amount
    return found


def _question(name: str, questions: Mapping[str, Question]) -> Question | None:
    for kind, scale in USUAL.items():
        if kind == name:
            return Question(kind, scale)
    return questions.get(name)
