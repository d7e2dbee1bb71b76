"""Holding the aggregates against the cases: they equal the sum of what all stored cases contribute."""

from collections.abc import Callable
from typing import Final

import msgspec

from feedback.cases.case import Case
from feedback.cases.counting import contributions
from feedback.store import WIDTH, Store
from rollups.amounts import Amounts, Place, add
from rollups.store import flat

Progress = Callable[[int], None]
"""Called with the number of cases done since the last call."""

CHUNK: Final = 1000
_NAMED: Final = 5
_decode: Final = msgspec.json.Decoder(Case).decode


def verify(store: Store, progress: Progress = lambda _: None) -> list[str]:
    """What is wrong with the aggregates of `store`, a sentence each; nothing when all is right.

    It reads one snapshot, beside running workers. The durable totals are not held against anything: what was
    counted as first known can't be known anew.
    """
    expected: Amounts = {}
    found: Amounts = {}
    with store.client.start_session(snapshot=True) as session:
        documents = store.database["cases"].find({}, {"case": 1}, session=session, batch_size=CHUNK)
        done = 0
        for done, document in enumerate(documents, 1):
            contributions(_decode(document["case"]), WIDTH, 1, expected)
            if done % CHUNK == 0:
                progress(CHUNK)
        progress(done % CHUNK)
        for place, numbers in store.rollups.read(None, None, (), {}, session):
            for measure, amount in flat(numbers):
                add(found, place, measure, amount)
    return [_difference(place, expected, found) for place in _differing(expected, found)]


def _differing(expected: Amounts, found: Amounts) -> list[Place]:
    return sorted(
        (place for place in expected.keys() | found.keys() if expected.get(place) != found.get(place)),
        key=lambda place: (place.bucket, str(place.labels)),
    )


def _difference(place: Place, expected: Amounts, found: Amounts) -> str:
    wanted, stored = expected.get(place, {}), found.get(place, {})
    measures = sorted(m for m in wanted.keys() | stored.keys() if wanted.get(m) != stored.get(m))
    detail = ", ".join(f"{m} is {stored.get(m, 0)} instead of {wanted.get(m, 0)}" for m in measures[:_NAMED])
    more = "" if len(measures) <= _NAMED else f" and {len(measures) - _NAMED} more"
    return f"bucket {place.bucket} of {'/'.join(str(label) for label in place.labels)}: {detail}{more}"
