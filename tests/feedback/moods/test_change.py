"""Where customers speak worse than usual."""

from math import comb
from pathlib import Path
from typing import Any

import pytest
import yaml

from events.instants import SECOND
from feedback.moods.change import DAY, Share, Sums, changes, is_worse, summed

EXAMPLES = yaml.safe_load(Path(__file__).with_name("worse.yml").read_text(encoding="utf-8"))
NOW = 1_795_000_000 * SECOND  # 2026-11-18T11:06:40Z
CALM = {"sentiment.answer.all.negative": 90, "sentiment.answer.all.positive": 910}
ANGRY = {"sentiment.answer.all.negative": 12, "sentiment.answer.all.neutral": 18}


def sums(**teams: dict[str, int]) -> Sums:
    return summed(iter([(("acme", team), amounts) for team, amounts in teams.items()]))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["name"])
def test_it_is_worse_where_chance_hardly_explains_it(example: dict[str, Any]) -> None:
    assert is_worse(Share(*example["last"]), Share(*example["before"])) is example["told"]


@pytest.mark.parametrize("usual", [0.02, 0.1, 0.3, 0.5, 0.8])
@pytest.mark.parametrize("n", [20, 50, 200])
def test_days_like_any_other_hardly_ever_alarm(usual: float, n: int) -> None:
    before = Share(round(usual * 3000), 3000)
    false_alarms = sum(
        comb(n, part) * usual**part * (1 - usual) ** (n - part)
        for part in range(n + 1)
        if is_worse(Share(part, n), before)
    )

    assert false_alarms < (0.006 if usual <= 0.5 else 0.012)


def test_a_team_whose_comments_are_worse_is_told_of_by_itself() -> None:
    before = sums(billing=CALM, sales=CALM)

    (alert,) = changes(NOW, sums(billing=ANGRY, sales={"sentiment.answer.all.positive": 5}), before)

    assert (alert.source, alert.team, alert.target, alert.stage) == ("acme", "billing", "mood", "changed")
    assert alert.note == "12 of 30 since yesterday, 9 % in the 28 days before"
    assert (alert.started_at, alert.noticed_at) == (NOW - DAY, NOW)


def test_where_no_team_has_enough_the_source_is_told_of() -> None:
    half = {"sentiment.answer.all.negative": 6, "sentiment.answer.all.neutral": 9}

    (alert,) = changes(NOW, sums(billing=half, sales=half), sums(billing=CALM))

    assert (alert.team, alert.note) == (None, "12 of 30 since yesterday, 9 % in the 28 days before")


def test_what_could_not_be_read_says_nothing() -> None:
    unread = {**CALM, "sentiment.answer.all.unknown": 9000}

    assert changes(NOW, sums(billing=ANGRY), sums(billing=unread))
    assert not changes(NOW, sums(billing={"sentiment.answer.all.unknown": 500}), sums(billing=CALM))


def test_csat_is_compared_on_each_scale_by_itself() -> None:
    before = sums(billing={"csat.answer.all.5.5": 190, "csat.answer.all.5.1": 10, "csat.answer.all.2.1": 200})
    last = {"csat.answer.all.5.3": 9, "csat.answer.all.5.1": 3, "csat.answer.all.5.4": 18}

    (alert,) = changes(NOW, sums(billing={**last, "csat.answer.all.2.1": 30}), before)

    assert (alert.policy, alert.about) == ("csat", "csat/5/billing")
    assert alert.note == "12 of 30 not satisfied since yesterday, 5 % in the 28 days before"


def test_on_a_scale_without_a_norm_nobody_is_unsatisfied() -> None:
    last, before = sums(billing={"csat.answer.all.10.1": 50}), sums(billing={"csat.answer.all.10.10": 500})

    assert not changes(NOW, last, before)


def test_the_identity_is_one_per_day_team_and_measure() -> None:
    def ids(now: int, *teams: str) -> set[str]:
        last = sums(**dict.fromkeys(teams, ANGRY))
        return {alert.id for alert in changes(now, last, sums(billing=CALM, sales=CALM))}

    assert ids(NOW, "billing") == ids(NOW + DAY // 3, "billing")
    assert len(ids(NOW, "billing", "sales") | ids(NOW + DAY, "billing")) == 3
