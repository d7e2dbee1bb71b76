"""What must hold at every moment between two feedback workers: whoever died, wherever it was.

The store holds what both topics say up to its positions, once and no more; what nobody can read is buried.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from events.codec import EventInvalid, decode_facts, decode_feedback_event, key
from events.feedback import CustomerActed, CustomerErased, FeedbackMentioned, FeedbackRated
from events.topics import FEEDBACK, TICKETS, dead_letters
from faults import voices
from faults.check import await_fit, reader
from feedback import audit
from feedback.cases.case import Case
from feedback.store import Store
from harness.wait import until

Place = tuple[str, int, int]

POISON: Final = b'{"specversion":"1.0"}'
"""In either topic what nobody can read."""
_QUIET_MS: Final = 150


class Ledger:
    """The log of the broker at `bootstrap` beside what a feedback worker keeps in `store`."""

    def __init__(self, store: Store, bootstrap: str) -> None:
        self._store = store
        self._told = reader(bootstrap, FEEDBACK, TICKETS)
        self._letters = reader(bootstrap, dead_letters(FEEDBACK), dead_letters(TICKETS))
        self._log: dict[Place, bytes] = {}
        self._buried: set[Place] = set()

    def close(self) -> None:
        """Close its clients."""
        self._told.close()
        self._letters.close()

    def verify(self) -> None:
        """Raise AssertionError where anything doesn't fit. No worker may be alive."""
        await_fit(self.wrong)

    def is_all_read(self) -> bool:
        """Whether the store is at the end of both topics."""
        offsets = self._offsets()
        self._read(offsets)
        ends = {(one.topic, one.partition): self._told.highwater(one) for one in self._told.assignment()}
        return all(end is not None and offsets.get(place, 0) >= end for place, end in ends.items())

    def answers(self) -> int:
        """How many answers there are in all that was read here."""
        return len({e.id for e in _decoded(self._log, FEEDBACK) if isinstance(e, FeedbackRated)})

    def wrong(self) -> list[str]:
        """What doesn't fit, a sentence each."""
        offsets = self._offsets()
        self._read(offsets)
        read = {place: value for place, value in self._log.items() if place[2] < offsets.get(place[:2], 0)}
        wrong = audit.verify(self._store) if offsets else []
        return [*wrong, *self._taken(read), *self._buried_rightly(read)]

    def _taken(self, read: dict[Place, bytes]) -> Iterator[str]:
        """Of what has been read everything is in the store, once, and nothing else is. What somebody said who
        is erased may be gone."""
        said, cases = list(_decoded(read, FEEDBACK)), self._cases()
        answers = {event.id for event in said if isinstance(event, FeedbackRated)}
        told = {event.id: event.data.customer for event in said if isinstance(event, FeedbackMentioned)}
        stopped = {event.data.customer for event in said if isinstance(event, CustomerActed)}
        erasures = {key(e.source, e.id): e.subject for e in said if isinstance(e, CustomerErased)}
        erased = set(erasures.values())
        lasting = {name for name, customer in told.items() if customer not in erased}
        tickets = {key(one.source, one.id) for one in _decoded(read, TICKETS)}
        known = [case.key for case in cases if case.ticket is not None]
        spoken = [voice.event for case in cases for voice in case.voices]
        given = [answer.id for case in cases for answer in case.answers]
        yield from _wrong("answer", answers, answers, given)
        yield from _wrong("mention", lasting, set(told), spoken)
        yield from _wrong("wish of", stopped - erased, stopped, self._opted_out())
        yield from _wrong("erasure", set(erasures), set(erasures), self._names("destructions"))
        yield from _wrong("ticket", tickets, tickets, known)
        if cases and voices.losses(self._store, len(answers)) != (0, 0):
            yield f"{voices.losses(self._store, len(answers))} answers lost, doubled"
        ready = {survey.id for case in cases for survey in case.surveys if survey.state == "ready"}
        yield from _wrong("letter", ready, ready, self._names("letters"))

    def _cases(self) -> list[Case]:
        return list(self._store.cases(self._names("cases")).values())

    def _opted_out(self) -> list[str]:
        known = self._store.customers(self._names("customers"))
        return [name for name, customer in known.items() if customer.opted_out]

    def _names(self, collection: str) -> list[str]:
        return [document["_id"] for document in self._store.database[collection].find({}, {"_id": 1})]

    def _buried_rightly(self, read: dict[Place, bytes]) -> Iterator[str]:
        poison = {place for place, value in read.items() if value == POISON}
        yield from (f"no dead letter of {place}" for place in poison - self._buried)
        alive = {place for place in self._buried if self._log.get(place) not in (None, POISON)}
        yield from (f"a dead letter of {place}" for place in alive)

    def _offsets(self) -> dict[tuple[str, int], int]:
        """How far the worker has read, by topic and partition."""
        found = self._store.database["positions"].find()
        return {(document["topic"], document["partition"]): document["offset"] for document in found}

    def _read(self, offsets: dict[tuple[str, int], int]) -> None:
        """Know the log up to `offsets` at least, and all dead letters."""

        def known() -> bool:
            for records in self._told.poll(timeout_ms=50).values():
                self._log.update(((r.topic, r.partition, r.offset), r.value) for r in records)
            return all(not end or (*where, end - 1) in self._log for where, end in offsets.items())

        until(known, 30, f"the log up to {offsets}")
        while found := self._letters.poll(timeout_ms=_QUIET_MS):
            for record in (record for records in found.values() for record in records):
                letter = msgspec.json.decode(record.value)
                self._buried.add((letter["topic"], letter["partition"], letter["offset"]))


def _wrong(what: str, least: set[str], most: set[str], there: Sequence[str]) -> Iterator[str]:
    """Where `there` isn't between `least` and `most`, or has anything twice."""
    yield from (f"{what} {name} is lost" for name in sorted(least.difference(there)))
    yield from (f"{what} {name} is there, but still to be read" for name in sorted(set(there) - most))
    yield from (
        f"{what} {name} is there {times} times" for name, times in Counter(there).items() if times > 1
    )


def _decoded(read: dict[Place, bytes], topic: str) -> Iterator[Any]:
    decode: Any = decode_facts if topic == TICKETS else decode_feedback_event
    for place, value in read.items():
        if place[0] == topic:
            try:
                yield decode(value)
            except EventInvalid:
                continue
