"""Which scores are low."""

from typing import get_args

import pytest

from feedback.follow_ups.low import is_low
from feedback.scores.scales import FIRST, USUAL, Survey
from feedback.sentiment.labels import label_of_score


@pytest.mark.parametrize("survey", get_args(Survey))
def test_on_the_usual_scale_low_is_what_is_labelled_negative(survey: Survey) -> None:
    for score in range(FIRST[survey], USUAL[survey] + 1):
        assert is_low(survey, score, USUAL[survey]) == (label_of_score(survey, score) == "negative"), score


@pytest.mark.parametrize(
    ("survey", "scale", "highest"),
    [
        ("csat", 2, 1),
        ("csat", 3, 1),
        ("csat", 4, 1),
        ("csat", 7, 2),
        ("csat", 10, 4),
        ("csat", 100, 40),
        ("ces", 5, 2),
        ("ces", 2, 1),
        ("nps", 5, 2),
    ],
)
def test_on_other_scales_low_is_the_same_share_of_the_points(
    survey: Survey, scale: int, highest: int
) -> None:
    low = [score for score in range(FIRST[survey], scale + 1) if is_low(survey, score, scale)]

    assert low == list(range(FIRST[survey], highest + 1))
