"""The measures of what customers say: what each means, what it reads and how it is computed from that."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, Literal, NamedTuple

from msgspec import Struct

from feedback.scores import figures, said
from feedback.scores.answers import Basis, Whose, histograms
from feedback.scores.figures import ENOUGH, Nps, Rated, ResponseRate
from feedback.scores.scales import FIRST, USUAL, Survey
from reports.measure import Amounts, Measure

Period = Literal["answer", "resolution"]
"""What a period is about: the answers given in it, or the answers about what was resolved in it."""

_DEFINITIONS: Final[dict[Survey, str]] = {
    "csat": "Customer satisfaction: the share of favourable answers and the mean score.",
    "nps": "Net promoter score: promoters (9-10) less detractors (0-6) per 100 answers.",
    "ces": "Customer effort, 7 the least: the share of answers of 5 or more and the mean score.",
}
_UNITS: Final[dict[Survey, str]] = {"csat": "ratio", "nps": "points", "ces": "ratio"}
_PERIODS: Final[dict[Basis, str]] = {
    "answer": "At the time of the answer.",
    "delivery": "At the time of the delivery.",
    "resolution": "At the time of the resolution that was asked about; without one, left out.",
}
_SAID: Final = {
    "mentions": "What was said of us unasked: posts, reviews, remarks.",
    "exits": "Customers who left.",
}


class Question(NamedTuple):
    """A question set: it is scored as `kind` on `scale` (its best point)."""

    kind: Survey
    scale: int


class Choice(NamedTuple):
    """What a request chooses: `whose` is "agent" for what is grouped or filtered by agents; `scale` None:
    that of the question set; `survey` None: all."""

    period: Period = "answer"
    whose: Whose = "all"
    scale: int | None = None
    survey: str | None = None


class Entry(NamedTuple):
    """A measure before anything is chosen: `make` makes it (raises ValueError that says which scale it
    expects), `choices` are the parameters that belong to it, `shape` is its row."""

    make: Callable[[Choice], Measure]
    choices: frozenset[str]
    shape: type[Struct]


def catalogue(questions: Mapping[str, Question], enough: int = ENOUGH) -> dict[str, Entry]:
    """The measures by name, where `questions` are the configured question sets by name: each of them, the
    usual ones whether configured or not, and what is said unasked. Fewer answers than `enough` are few."""
    known: dict[str, Question] = {kind: Question(kind, scale) for kind, scale in USUAL.items()}
    known.update(questions)
    entries = {name: _scored(name, question, enough) for name, question in known.items()}
    entries["response_rate"] = Entry(
        lambda c: response(c.survey, c.period, c.whose, enough),
        frozenset({"period", "survey", "agent"}),
        ResponseRate,
    )
    entries["sentiment"] = Entry(lambda c: _sentiment(c.whose, enough), frozenset({"agent"}), said.Sentiment)
    for name in _SAID:
        entries[name] = Entry(lambda _, name=name: _count(name, enough), frozenset(), said.Count)  # type: ignore[misc]
    entries["employee"] = Entry(lambda _: _employees(enough), frozenset(), said.Employees)
    return entries


def scores(
    survey: Survey,
    period: Period = "answer",
    whose: Whose = "all",
    scale: int | None = None,
    enough: int = ENOUGH,
    name: str | None = None,
) -> Measure:
    """The scores of `survey`, or of the question set `name` that is scored as such; `whose` is "agent" for
    what is grouped or filtered by agents.

    Raises ValueError for a `scale` that the survey has no scores on.
    """
    name = survey if name is None else name
    root = f"{name}.{period}.{whose}"
    on = USUAL[survey] if scale is None else scale
    if survey == "nps" and on != USUAL[survey]:
        raise ValueError(f"nps: expected scale {USUAL[survey]}, the only one it is defined on, got {scale}")
    if on <= FIRST[survey]:
        raise ValueError(f"{survey}: expected a scale above {FIRST[survey]}, got {scale}")
    compute: Callable[[figures.Scales], Struct] = partial(figures.nps, enough=enough)
    if survey != "nps":
        compute = partial(figures.csat if survey == "csat" else figures.ces, scale=on, enough=enough)
    apart = "" if name == survey else f"The answers to {name} alone. "
    return Measure(
        name=name,
        definition=f"{apart}{_DEFINITIONS[survey]} {_PERIODS[period]}",
        unit=_UNITS[survey],
        reads=(root,),
        figures=lambda amounts: compute(histograms(amounts, root)),
        shape=Nps if survey == "nps" else Rated,
    )


def response(
    survey: str | None = None, period: Period = "answer", whose: Whose = "all", enough: int = ENOUGH
) -> Measure:
    """The response rate of `survey` (None: of all); by "answer", a period is that of the delivery."""
    basis: Basis = "resolution" if period == "resolution" else "delivery"
    root = "response" if survey is None else f"response.{survey}.{basis}.{whose}"

    def total(amounts: Amounts, outcome: str) -> int:
        end = f".{basis}.{whose}.{outcome}"
        return sum(n for name, n in amounts.items() if name.startswith(f"{root}.") and name.endswith(end))

    def compute(amounts: Amounts) -> ResponseRate:
        return figures.response_rate(total(amounts, "delivered"), total(amounts, "answered"), enough)

    definition = f"The share of the delivered surveys that was answered. {_PERIODS[basis]}"
    return Measure("response_rate", definition, "ratio", (root,), compute, ResponseRate)


def _scored(name: str, question: Question, enough: int) -> Entry:
    def make(choice: Choice) -> Measure:
        scale = question.scale if choice.scale is None else choice.scale
        return scores(question.kind, choice.period, choice.whose, scale, enough, name)

    return Entry(make, frozenset({"period", "scale", "agent"}), Nps if question.kind == "nps" else Rated)


def _sentiment(whose: Whose, enough: int) -> Measure:
    reads = (
        f"sentiment.answer.{whose}",
        *(("tone.answer.all", "severity.answer.all") if whose == "all" else ()),
    )
    definition = (
        "What was read in comments, mentions and exits, at the time of each; a comment at that of its answer."
    )
    compute = partial(said.sentiment, whose=whose, enough=enough)
    return Measure("sentiment", definition, "ratio", reads, compute, said.Sentiment)


def _count(name: str, enough: int) -> Measure:
    compute = partial(said.count, measure=name, enough=enough)
    definition = f"{_SAID[name]} At the time of each."
    return Measure(name, definition, "count", (f"{name}.answer.all",), compute, said.Count)


def _employees(enough: int) -> Measure:
    definition = "How employees find their work, 1-5, at the time of each report."
    compute = partial(said.employees, enough=enough)
    return Measure("employee", definition, "points", ("employee.answer.all",), compute, said.Employees)
