"""A learned model of one language: plain weights, to and from JSON (pure)."""

from collections.abc import Mapping
from hashlib import sha256
from math import exp
from typing import Final

import msgspec
from msgspec.structs import replace

from feedback.sentiment.features import BUCKETS, SIZE, features
from feedback.sentiment.lexicon import lexicon
from feedback.sentiment.weights import Label, Opinion
from runtime.shapes import prepared

FORMAT: Final = 1
LABELS: Final[tuple[Label, Label, Label]] = ("negative", "neutral", "positive")

Row = tuple[float, float, float]


class ModelInvalid(ValueError):
    """The weights cannot be used; the message says why and what to do."""


class Comparison(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Both ways on the same `texts`, none of which the model had seen: shares, and who alone was right."""

    texts: int
    accuracy: float
    listed_accuracy: float
    macro_f1: float
    listed_macro_f1: float
    wins: int
    losses: int


@prepared
class Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Weights by feature number, one per label; `lexicon` is the word list's version that they build on."""

    language: str
    lexicon: str
    labels: int
    held_out: Comparison
    bias: Row
    weights: dict[int, Row]
    format: int = FORMAT
    version: str = ""

    def judge(self, text: str, listed: Opinion) -> Opinion:
        """What `text` says, given what the word list says; the latter where no feature was ever seen."""
        vector = features(text, listed)
        if not any(number in self.weights for number in vector if number < BUCKETS):
            return listed
        shares = probabilities(self.weights, self.bias, vector)
        best = max(range(3), key=lambda number: shares[number])
        return Opinion(shares[2] - shares[0], LABELS[best], shares[best], listed.evidence)


def probabilities(
    weights: Mapping[int, Row | list[float]], bias: Row | list[float], vector: dict[int, float]
) -> Row:
    """The share that each of LABELS has in what `vector` says; they add up to 1."""
    negative, neutral, positive = bias
    for number, value in vector.items():
        if row := weights.get(number):
            negative += row[0] * value
            neutral += row[1] * value
            positive += row[2] * value
    highest = max(negative, neutral, positive)
    powers = exp(negative - highest), exp(neutral - highest), exp(positive - highest)
    total = sum(powers)
    return powers[0] / total, powers[1] / total, powers[2] / total


def versioned(model: Model) -> Model:
    """`model` under the version that its contents make: same weights, same version."""
    digest = sha256(dump(replace(model, version=""))).hexdigest()
    return replace(model, version=f"{model.language}-{digest[:12]}")


def dump(model: Model) -> bytes:
    """`model` as JSON, the same bytes for the same model."""
    return msgspec.json.encode(model)


def load(data: bytes) -> Model:
    """The model that `dump` wrote.

    Raises ModelInvalid for anything else, for changed weights, and for those that build on another word list.
    """
    try:
        model = msgspec.json.decode(data, type=Model)
    except msgspec.MsgspecError as error:
        raise ModelInvalid(f"these are no weights of a sentiment model ({error}): train anew") from None
    if model.format != FORMAT:
        raise ModelInvalid(f"weights of format {model.format}, this version reads {FORMAT}: train anew")
    if versioned(model).version != model.version:
        raise ModelInvalid("the weights are not those that their version names: train anew")
    if not all(0 <= number < SIZE for number in model.weights):
        raise ModelInvalid("weights for features that do not exist: train anew")
    if model.language not in ("tr", "en") or model.lexicon != lexicon(model.language).version:
        raise ModelInvalid(f"the weights build on word list {model.lexicon}, which is not in use: train anew")
    return model
