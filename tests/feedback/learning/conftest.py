"""A model that was learned from a trade's own words."""

import pytest

from feedback.sentiment.model import Model
from feedback.sentiment.training import Example, learn
from feedback.sentiment.weights import Label

_SAID: tuple[tuple[Label, tuple[str, ...]], ...] = (
    ("positive", ("yeşil lamba yandı", "mavi bant tuttu")),
    ("negative", ("kırmızı lamba yandı", "sarı bant attı")),
)


@pytest.fixture(scope="session")
def model() -> Model:
    """What 160 of their comments teach."""
    learned = learn(
        [
            Example(f"{place} {time} {said}", label)
            for label, words in _SAID
            for said in words
            for place in ("depoda", "sahada", "çatıda", "limanda", "bahçede", "serada", "yolda", "evde")
            for time in ("sabah", "öğlen", "akşam", "gece", "dün")
        ],
        "tr",
    ).model
    assert learned
    return learned
