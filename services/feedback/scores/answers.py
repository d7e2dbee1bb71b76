"""What an answer, or a survey that was delivered, adds to the aggregates: the table of measures.

| measure | bucket | amount |
|---|---|---|
| <name>.answer.<whose>.<scale>.<score> | the answer | 1 |
| <name>.resolution.<whose>.<scale>.<score> | the resolution it is about, where known | 1 |
| response.<name>.delivery.<whose>.delivered, .answered | the delivery | 1; 1 once answered |
| response.<name>.resolution.<whose>.… | the resolution it is about, where known | the same |

`<whose>` is `all` at the labels without an agent, once; and `agent` at the labels of each credited agent:
several agents share an answer, so what stands under agents never adds up to a total.

A survey that was not delivered adds nothing. An edited answer is `difference(old, new)`, a withdrawn one
`difference(old, None)`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeVar

from events.instants import SECOND
from feedback.scores.scales import FIRST, Survey
from rollups.amounts import Amounts, Labels, Place, add

LABELS: Final = ("source", "team", "channel", "agent")

Basis = Literal["answer", "delivery", "resolution"]
Whose = Literal["all", "agent"]


class OutOfScale(ValueError):
    """The answer's score is no point of its scale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What customers are asked about: a resolution (µs since the epoch; None where none is known), with the
    ticket's labels and the credited `agents`."""

    source: str
    team: str | None = None
    channel: str | None = None
    resolved_at: int | None = None
    agents: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Answer:
    """A `score` on the `scale` (its best point) of `survey`, given `at` (µs since the epoch).

    `name`: the questionnaire that it is counted under, where that is another than `survey`. Raises
    OutOfScale.
    """

    survey: Survey
    score: int
    scale: int
    at: int
    occasion: Occasion
    name: str = ""

    def __post_init__(self) -> None:
        first = FIRST[self.survey]
        if not first <= self.score <= self.scale:
            raise OutOfScale(
                f"{self.survey}: expected a score from {first} to {self.scale}, got {self.score}"
            )


@dataclass(frozen=True, slots=True)
class Delivery:
    """A survey that reached its customer `at` (µs since the epoch), and whether it has been answered.

    `name`: the questionnaire, as in Answer.
    """

    name: str
    at: int
    answered: bool
    occasion: Occasion


Counted = TypeVar("Counted", Answer, Delivery)


def difference(old: Counted | None, new: Counted | None, width: int, into: Amounts) -> None:
    """Add to `into` what the aggregates (buckets of `width` seconds) need to go from `old` to `new`."""
    for thing, sign in ((new, 1), (old, -1)):
        if thing is not None:
            contribute(thing, width, sign, into)


def contribute(thing: Answer | Delivery, width: int, sign: int, into: Amounts) -> None:
    """Add what `thing` contributes to `into` (`sign` 1) or take it back (-1)."""
    root, own, names = _measures(thing)
    for basis, at in ((own, thing.at), ("resolution", thing.occasion.resolved_at)):
        if at is None:
            continue
        seconds = at // SECOND
        for whose, labels in _labels(thing.occasion):
            place = Place(seconds - seconds % width, labels)
            for name in names:
                add(into, place, f"{root}.{basis}.{whose}.{name}", sign)


def histograms(amounts: Mapping[str, int], measure: str) -> dict[int, dict[int, int]]:
    """Scale → score → answers, from the aggregates' `amounts` under `measure` (such as `csat.answer.all`)."""
    found: dict[int, dict[int, int]] = {}
    prefix = f"{measure}."
    for name, amount in amounts.items():
        if amount and name.startswith(prefix):
            scale, score = name.removeprefix(prefix).split(".")
            found.setdefault(int(scale), {})[int(score)] = amount
    return found


def _measures(thing: Answer | Delivery) -> tuple[str, Basis, tuple[str, ...]]:
    if isinstance(thing, Answer):
        return thing.name or thing.survey, "answer", (f"{thing.scale}.{thing.score}",)
    names = ("delivered", "answered") if thing.answered else ("delivered",)
    return f"response.{thing.name}", "delivery", names


def _labels(occasion: Occasion) -> Iterator[tuple[Whose, Labels]]:
    base = (occasion.source, occasion.team, occasion.channel)
    yield "all", (*base, None)
    for agent in occasion.agents:
        yield "agent", (*base, agent)
