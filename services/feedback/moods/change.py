"""Where customers speak worse than usual: the last day against the four weeks before (pure).

Compared are two shares, of negative readings among those that were understood, and of unsatisfied answers to
csat: p of the n last, q of the m before. A change is told where

    p' - q' > 3 √(p'(1-p') / (n+2) + q'(1-q') / (m+2)),   p' = (negative + 1) / (n+2), q' likewise

after Agresti and Caffo, "Simple and effective confidence intervals for proportions and differences of
proportions result from adding two successes and two failures", The American Statistician 54 (2000): where
nobody or everybody is negative the plain standard error would be 0. Fewer than 20 now, or 100 before, say
nothing. The csat test is the same: the upper end of an interval of today's share alone would forget that the
usual share is an estimate too.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from math import sqrt
from typing import Final, NamedTuple

from alerts.alert import Alert
from events.instants import SECOND, moment
from feedback.scores.answers import histograms
from feedback.scores.scales import norm

NOW_AT_LEAST: Final = 20
BEFORE_AT_LEAST: Final = 100
ERRORS: Final = 3
DAY: Final = 86_400 * SECOND
DAYS_BEFORE: Final = 28
_UNDERSTOOD: Final = ("negative", "neutral", "positive")

Group = tuple[str, str | None]
"""Source and team; None: all of the source."""
Sums = Mapping[Group, Mapping[str, int]]
"""Group → measure of the aggregates → amount."""


class Share(NamedTuple):
    """`part` of `n` were negative, or unsatisfied."""

    part: int
    n: int


def changes(now: int, last: Sums, before: Sums) -> list[Alert]:
    """What is worse at `now` (µs), by the sums of the `last` day and of the days `before`.

    A source is told of as a whole where none of its teams is.
    """
    found = [alert for group in sorted(last, key=str) for alert in _changes(now, group, last, before)]
    of_teams = {(alert.source, alert.policy) for alert in found if alert.team is not None}
    return [
        alert for alert in found if alert.team is not None or (alert.source, alert.policy) not in of_teams
    ]


def is_worse(last: Share, before: Share) -> bool:
    """Whether the share of the `last` day is higher than `before` by more than chance explains."""
    if last.n < NOW_AT_LEAST or before.n < BEFORE_AT_LEAST:
        return False
    (p, n), (q, m) = (((share.part + 1) / (share.n + 2), share.n + 2) for share in (last, before))
    return p - q > ERRORS * sqrt(p * (1 - p) / n + q * (1 - q) / m)


def summed(groups: Iterator[tuple[Group, Mapping[str, int]]]) -> Sums:
    """The amounts of `groups` added up, each group also within all of its source."""
    sums: dict[Group, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for (source, team), amounts in groups:
        for measure, amount in amounts.items():
            for group in {(source, team), (source, None)}:
                sums[group][measure] += amount
    return sums


def _changes(now: int, group: Group, last: Sums, before: Sums) -> Iterator[Alert]:
    usual = _shares(before.get(group, {}))
    for (policy, about), share in _shares(last[group]).items():
        if is_worse(share, usual.get((policy, about), Share(0, 0))):
            yield _alert(now, group, policy, about, _note(policy, share, usual[policy, about]))


def _shares(amounts: Mapping[str, int]) -> dict[tuple[str, str], Share]:
    """The shares in `amounts` by measure and, of csat, scale: scales are never mixed."""
    said = {label: amounts.get(f"sentiment.answer.all.{label}", 0) for label in _UNDERSTOOD}
    shares = {("sentiment", "sentiment"): Share(said["negative"], sum(said.values()))}
    for scale, counts in histograms(amounts, "csat.answer.all").items():
        favourable = norm("csat", scale).favourable
        if favourable is not None:
            low = sum(count for score, count in counts.items() if score < favourable)
            shares["csat", f"csat/{scale}"] = Share(low, sum(counts.values()))
    return shares


def _alert(now: int, group: Group, policy: str, about: str, note: str) -> Alert:
    source, team = group
    return Alert(
        source=source,
        ticket="",
        target="mood",
        # Once a day and group, however many look, and however often.
        cycle=int(f"{moment(now):%Y%m%d}"),
        stage="changed",
        policy=policy,
        team=team,
        priority=None,
        channel=None,
        assignee=None,
        url=None,
        started_at=now - DAY,
        due_at=now,
        noticed_at=now,
        waiting_since=None,
        elapsed=DAY,
        allowed=DAY,
        about=about if team is None else f"{about}/{team}",
        note=note,
    )


def _note(policy: str, last: Share, before: Share) -> str:
    what = " not satisfied" if policy == "csat" else ""
    usual = 100 * before.part / before.n
    percent = f"{usual:.0f}" if usual == 0 or usual >= 1 else f"{usual:.1f}"
    return f"{last.part} of {last.n}{what} since yesterday, {percent} % in the {DAYS_BEFORE} days before"
