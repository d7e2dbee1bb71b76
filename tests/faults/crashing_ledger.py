"""What must hold at every moment between two workers: whoever died, wherever it was.

The store holds what the log says up to its positions, no more and no less; whatever it doesn't owe any more
is published, and nothing is published that it doesn't hold.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec
from pymongo import MongoClient

from events.codec import EventInvalid, decode_desk_event
from events.feedback import CustomerErased
from events.topics import EVENTS, TICKETS, dead_letters
from faults.check import await_fit, reader
from faults.promises import promise_of, promises
from harness.wait import until
from metrics import audit
from metrics.batch import Ways
from metrics.records import identity
from metrics.store import Store
from metrics.transitions import DURATIONS, MEASURES
from metrics.worker import TicketHandler
from rollups.store import flat

Mongo = MongoClient[dict[str, Any]]
Place = tuple[int, int]

LETTERS: Final = dead_letters(EVENTS)
_QUIET_MS: Final = 150
_BREACH: Final = "/breached"
_BACK: Final = "/recovered"


class Ledger:
    """The log of the broker at `bootstrap` beside what a worker that counts in these `ways` keeps in
    `database`. Close it in the end."""

    def __init__(self, mongo: Mongo, database: str, bootstrap: str, ways: Ways) -> None:
        self._mongo = mongo
        self._ways = ways
        self._store = Store(mongo[database])
        self._handler = TicketHandler(self._store, ways)
        self._events, self._said = (reader(bootstrap, *names) for names in ((EVENTS,), (TICKETS, LETTERS)))
        self._log: dict[Place, str | None] = {}
        self._facts: dict[str, bytes] = {}
        self._buried: set[Place] = set()

    def close(self) -> None:
        """Close its clients."""
        self._events.close()
        self._said.close()

    def verify(self) -> None:
        """Raise AssertionError where anything doesn't fit. No worker may be alive."""
        await_fit(self.wrong)

    def wrong(self) -> list[str]:
        """What doesn't fit, a sentence each."""
        positions = {d["partition"]: d for d in self._store.database["positions"].find({"topic": EVENTS})}
        if not positions:
            # There may be no indexes yet either, without which nobody can look closer.
            return ["something is stored"] if self._store.database["events"].find_one() else []
        self._read_events({number: position["offset"] for number, position in positions.items()})
        self._read_said()
        with self._mongo.start_session(snapshot=True) as session:
            wrong = audit.verify(self._store, self._ways, session, lambda _: None)
        pending = {name for position in positions.values() for name in position["pending"]}
        offsets = {number: position["offset"] for number, position in positions.items()}
        return [*wrong, *self._counted(offsets), *self._published(pending), *self._totals(), *self._told()]

    def _counted(self, offsets: dict[int, int]) -> Iterator[str]:
        """Exactly the events before the positions are stored, and the rest of it is buried."""
        behind = {place: name for place, name in self._log.items() if place[1] < offsets.get(place[0], 0)}
        wanted = {name for name in behind.values() if name}
        stored = {d["_id"] for d in self._store.database["events"].find({}, {"_id": 1})}
        yield from (f"event {name!r} is lost" for name in wanted - stored)
        yield from (f"event {name!r} is stored, but still to be read" for name in stored - wanted)
        poison = {place for place, name in behind.items() if name is None}
        yield from (f"no dead letter of {place}" for place in poison - self._buried)
        yield from (f"a dead letter of {place}" for place in self._buried if self._log.get(place))

    def _published(self, pending: set[str]) -> Iterator[str]:
        """The facts of every ticket are out as they are stored, or owed; none are out that aren't stored."""
        names = [document["_id"] for document in self._store.database["tickets"].find({}, {"_id": 1})]
        stored = {m.key.decode(): m.value for m in self._handler.republish(names) if m.topic == TICKETS}
        yield from (f"facts of {name} were never stored" for name in self._facts.keys() - stored.keys())
        for name, facts in stored.items():
            out = self._facts.get(name)
            if out != facts and name not in pending:
                yield f"the facts of {name} are neither published nor owed"
            if out is not None and _version(out) > _version(facts):
                yield f"facts of {name} were published before they were stored"

    def _totals(self) -> Iterator[str]:
        """The totals have counted of all tickets what each ticket says that they have."""
        tickets = self._store.database["tickets"].find({}, {"counted": 1})
        wanted = Counter[str]()
        for ticket in tickets:
            wanted.update(dict(zip(MEASURES, ticket["counted"], strict=False)))
        found = Counter[str]()
        for _, numbers in self._store.totals.read(None, None, (), {}):
            found.update(dict(flat(numbers)))
        for measure in MEASURES:
            total = found[f"{measure}.n" if measure in DURATIONS else measure]
            if total != wanted[measure]:
                yield f"the total of {measure} is {total} instead of {wanted[measure]}"

    def _told(self) -> list[str]:
        """What doesn't fit between the tickets' marks and the alerts that were handed over."""
        tickets = self._store.database["tickets"].find({}, {"told": 1})
        marks = {f"{ticket['_id']}/{mark}" for ticket in tickets for mark in ticket["told"]}
        letters = self._store.database["alerts"].find({}, {"alert": 1})
        handed = {f"{promise_of(letter)}/{letter['alert']['stage']}" for letter in letters}
        return misfits(marks, handed, self._kept)

    def _kept(self) -> set[str]:
        """The promises that are, by the events alone, not broken any more."""
        standing = promises(self._store, self._ways.rules)
        return {name for name, state in standing.items() if state != "breached"}

    def _read_events(self, offsets: dict[int, int]) -> None:
        """Know the log up to `offsets` at least."""

        def known() -> bool:
            for records in self._events.poll(timeout_ms=50).values():
                self._log.update(((r.partition, r.offset), _identity(r.value)) for r in records)
            return all(not end or (number, end - 1) in self._log for number, end in offsets.items())

        until(known, 30, f"the log up to {offsets}")

    def _read_said(self) -> None:
        """Know all facts and dead letters."""
        while found := self._said.poll(timeout_ms=_QUIET_MS):
            for record in (record for records in found.values() for record in records):
                if record.topic == TICKETS:
                    self._facts[record.key.decode()] = record.value
                else:
                    letter = msgspec.json.decode(record.value)
                    self._buried.add((letter["partition"], letter["offset"]))


def misfits(marks: set[str], handed: set[str], kept: Callable[[], set[str]]) -> list[str]:
    """What doesn't fit between the `marks` of all tickets and the alerts that were `handed` over, each a
    promise and a stage ("acme/1/resolution/1/breached"); `kept` are the promises that aren't broken.

    Each mark has its alert, but for a breach that was taken back before anybody heard of it, and for taking
    that back. Each alert has its mark, but for the taking back of a breach that stands again: people heard of
    both, and of a breach they hear once. Of a ticket that has left all counts since, they hear nothing.
    """
    back = {mark for mark in marks if mark.endswith(_BACK)}
    withdrawn = {mark.removesuffix(_BACK) + _BREACH for mark in back}
    taken_back = {mark.removesuffix(_BACK) for mark in handed - marks if mark.endswith(_BACK)}
    broken_again = taken_back - kept() if taken_back else set()
    again = {name + _BACK for name in broken_again if name + _BREACH in marks}
    return [
        *(f"{mark} was never handed over" for mark in marks - back - withdrawn - handed),
        *(f"{mark} was handed over, and its ticket knows nothing" for mark in handed - marks - again),
    ]


def _identity(value: bytes) -> str | None:
    """The identity under which the event `value` is stored; "" for one that isn't, None for poison."""
    try:
        event = decode_desk_event(value)
    except EventInvalid:
        return None
    return "" if isinstance(event, CustomerErased) else identity(event.source, event.id)


def _version(facts: bytes) -> int:
    version: int = msgspec.json.decode(facts)["version"]
    return version
