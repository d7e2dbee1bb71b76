"""Forgetting by the passing of time: first what customers wrote, then who they were.

It goes portion by portion, each in a transaction of its own, the longest kept first. What is done is no
longer found, so whoever begins again goes on where the last one stopped.
"""

from collections.abc import Callable, Iterator
from typing import Final

import msgspec
from msgspec import Struct
from pymongo import ASCENDING
from pymongo.client_session import ClientSession

from events.instants import SECOND
from feedback.cases.case import Case
from feedback.config import Retention
from feedback.forgetting.ageing import aged, without_names, without_words
from feedback.forgetting.destructions import Destructions
from feedback.forgetting.erase import SHARD
from feedback.store import Change, Store
from runtime.config import span_seconds

PORTION: Final = 500

Progress = Callable[[int], None]
"""Called with the number of cases and customers done since the last call. What it raises ends the work
between two portions."""


class Retained(Struct):
    """How many cases lost their texts, how many those whom they named, and how many customers' documents
    were destroyed or reduced."""

    comments: int = 0
    people: int = 0
    customers: int = 0


def retain(store: Store, retention: Retention, now: int, progress: Progress = lambda _: None) -> Retained:
    """Forget what is kept for longer than `retention` says at `now` (µs), and put that on record."""
    texts_until = now - span_seconds(retention.comments) * SECOND
    people_until = now - span_seconds(retention.people) * SECOND
    done = Retained()
    try:
        for count in _cases(store, "words_from", texts_until, without_words):
            done.comments += count
            progress(count)
        for count in _cases(store, "names_from", people_until, without_names):
            done.people += count
            progress(count)
        for count in _customers(store, people_until):
            done.customers += count
            progress(count)
    finally:
        Destructions(store.database).aged(now, msgspec.structs.asdict(done))
    return done


def _cases(store: Store, field: str, until: int, forget: Callable[[Case, int], Case]) -> Iterator[int]:
    """Do `forget` to all cases whose `field` is `until` (µs) or before; gives how many, by portions."""
    collection = store.database["cases"]
    while True:
        found = collection.find({field: {"$lte": until}}, {"_id": 1}).sort(field, ASCENDING).limit(PORTION)
        keys = [document["_id"] for document in found]
        if not keys:
            return

        def write(session: ClientSession, keys: list[str] = keys) -> None:
            cases = store.cases(keys, session).values()
            # Also where nothing is left to forget: the field says then that it is so.
            store.write([Change(case, forget(case, until)) for case in cases], SHARD, session)

        store.transact(write)
        yield len(keys)


def _customers(store: Store, until: int) -> Iterator[int]:
    """Reduce the documents of all customers to what is later than `until` (µs), or is a wish; gives how many
    lost something, by portions."""
    collection = store.database["customers"]
    last = ""
    while True:
        found = collection.find({"_id": {"$gt": last}}, {"_id": 1}).sort("_id", ASCENDING).limit(PORTION)
        names = [document["_id"] for document in found]
        if not names:
            return
        last = names[-1]

        def write(session: ClientSession, names: list[str] = names) -> int:
            known = store.customers(names, session)
            kept = {name: aged(customer, until) for name, customer in known.items()}
            changed = [one for name, one in kept.items() if one is not None and one != known[name]]
            store.save_customers(changed, session)
            gone = [name for name, one in kept.items() if one is None]
            collection.delete_many({"_id": {"$in": gone}}, session=session)
            return len(changed) + len(gone)

        yield store.transact(write)
