"""What is usual for somebody, as worked examples."""

import pytest

from feedback.cases.customer import Mood
from feedback.moods.baseline import baseline, is_usual


def moods(*polarities: float) -> list[Mood]:
    return [Mood(at, polarity) for at, polarity in enumerate(polarities)]


def test_the_baseline_is_the_mean_of_the_texts_before() -> None:
    assert baseline(moods(-0.6, -0.3, 0.3, 0.9), before=3) == pytest.approx(-0.2)


def test_two_texts_make_no_baseline() -> None:
    assert baseline(moods(-0.6, -0.3, 0.3), before=2) is None


@pytest.mark.parametrize(
    ("polarity", "usual"), [(-0.9, False), (-0.8, False), (-0.75, True), (-0.5, True), (0.9, True)]
)
def test_what_is_less_than_a_third_of_a_point_lower_is_as_usual(polarity: float, usual: bool) -> None:
    assert is_usual(moods(-0.5, -0.5, -0.5), 3, polarity) is usual


def test_the_text_itself_and_later_ones_are_no_habit() -> None:
    assert not is_usual(moods(0.5, 0.5, 0.5, -0.9, -0.9, -0.9), 3, -0.9)
