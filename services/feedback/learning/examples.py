"""What there is to learn from: comments, with what the score beside them says of them."""

from collections.abc import Iterator
from heapq import heappush, heappushpop
from typing import Any, Final

import msgspec

from feedback.cases.case import Case
from feedback.forgetting.retention import Progress
from feedback.scores.scales import USUAL
from feedback.sentiment.labels import label_of_score
from feedback.sentiment.language import Language
from feedback.sentiment.training import MOST, Example
from feedback.store import Store

LANGUAGES: Final[tuple[Language, ...]] = ("tr", "en")
_PORTION: Final = 1000
_decode: Final = msgspec.json.Decoder(Case).decode

Said = tuple[int, Example]
"""A comment and when (µs) it was written."""


def latest(store: Store, progress: Progress, most: int = MOST) -> dict[Language, list[Said]]:
    """The latest comments with a score in `store`, `most` of each language at most, the oldest first.

    An answer counts as it stands now. Left out are scores on unusual scales, which no label fits, and
    tickets that left all counts.
    """
    found: dict[Language, list[Said]] = {language: [] for language in LANGUAGES}
    for done, (said_at, case) in enumerate(_cases(store), 1):
        if all(len(said) == most and said[0][0] > said_at for said in found.values()):
            break
        for language, at, example in _examples(case):
            said = found[language]
            (heappush if len(said) < most else heappushpop)(said, (at, example))
        if done % _PORTION == 0:
            progress(_PORTION)
    return {language: sorted(said) for language, said in found.items()}


def _cases(store: Store) -> Iterator[tuple[int, Case]]:
    """The cases in which something was said, the latest first, and when (µs) something was said last."""
    fields: dict[str, Any] = {"case": 1, "said_at": 1}
    found = store.database["cases"].find({"said_at": {"$gt": 0}}, fields, batch_size=_PORTION)
    with found.sort([("said_at", -1), ("_id", 1)]) as documents:
        for document in documents:
            yield document["said_at"], _decode(document["case"])


def _examples(case: Case) -> Iterator[tuple[Language, int, Example]]:
    for answer in () if case.excluded else case.answers:
        now = answer.latest
        if not now.comment or now.reading is None or now.reading.language not in LANGUAGES:
            continue
        if answer.scale == USUAL[answer.survey]:
            label = label_of_score(answer.survey, now.score)
            yield now.reading.language, now.at, Example(now.comment, label)
