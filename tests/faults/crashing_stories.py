"""What is said to a worker before each of its deaths, so that it comes to everything that it can do."""

import hashlib
import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache

from faults.load import START, Wire
from harness.erasing import erased
from harness.partitions import COUNT, partition_of
from harness.telling import changed, created, event, wrote

Story = Callable[[int], Iterator[Wire]]
"""The events of the chapter with a number (from 0); an erasure is no event of a ticket."""

_NEXT_DEADLINES = (0.5, 1.0, 2.0, 4.0)
_FIRST_RESPONSE = 15.0
_TWICE = 4
_QUIET_TEAM = "press"
_HEARD = 22
"""So many deaths take more than the minute that lies between two messages to a receiver."""


def ordinary(chapter: int) -> Iterator[Wire]:
    """New tickets everywhere, a late event for those of the chapter before, and a merger."""
    for partition in range(COUNT):
        subject = _subject(chapter, partition)
        yield created(subject, _at(chapter, 0), team="billing", channel="email", priority="high")
        yield wrote(subject, _at(chapter, 10), "customer")
        yield wrote(subject, _at(chapter, 20), "agent", "ayse")
        if chapter:
            yield wrote(_subject(chapter - 1, partition), _at(chapter - 1, 5), "agent", "zeynep")
    if chapter > 1:
        into = _subject(chapter - 1, (chapter + 1) % COUNT)
        yield event("ticket.merged", _subject(chapter - 2, chapter % COUNT), _at(chapter, 30), {"into": into})


def of_the_erased(chapter: int) -> Iterator[Wire]:
    """Customers write; those of the chapter before are erased, and somebody speaks of those before them.

    Their tickets were merged, which is told again with all that is known of a ticket. An address that says
    of nobody whose it is has to go once it is known that it was an erased one's.
    """
    for partition in range(COUNT):
        subject, who = _subject(chapter, partition), _customer(chapter, partition)
        yield created(subject, _at(chapter, 0), requester=who, contact=f"sealed-{who}", team="billing")
        yield wrote(subject, _at(chapter, 10), "customer", who)
        if chapter:
            loose = _subject(chapter, partition, 1)
            yield erased(_at(chapter - 1, 50), _customer(chapter - 1, partition))
            yield changed(loose, _at(chapter - 1, 45), contact=f"loose-{loose}", team="orders")
            into = _subject(chapter - 1, (partition + 1) % COUNT)
            yield event("ticket.merged", subject, _at(chapter, 20), {"into": into})
        if chapter > 1:
            gone = _customer(chapter - 2, partition)
            yield wrote(_subject(chapter - 2, partition), _at(chapter - 2, 30), "customer", gone)
            yield changed(_subject(chapter - 1, partition, 1), _at(chapter - 2, 40), requester=gone)


def of_deadlines(chapter: int) -> Iterator[Wire]:
    """Promises that are about to be broken, and answers, which come to be known late, to those before."""
    yield from _broken_twice(chapter)
    now = datetime.now(UTC)
    for partition in range(COUNT):
        for number, seconds in enumerate(_NEXT_DEADLINES):
            opened = now + timedelta(seconds=seconds - _FIRST_RESPONSE)
            yield created(_subject(chapter, partition, number), opened.isoformat(), team="billing")
        if chapter:
            answered = now - timedelta(seconds=_FIRST_RESPONSE)
            yield wrote(_subject(chapter - 1, partition), answered.isoformat(), "agent", "ayse")


def _broken_twice(chapter: int) -> Iterator[Wire]:
    """A promise is broken, as far as anybody knows; kept, as is known a chapter later; and broken after all,
    once it is known how old the ticket is. By then the receiver of a team that has no other alerts may have
    heard of both."""
    yield changed(_subject(chapter, 0, _TWICE), _begun(chapter).isoformat(), team=_QUIET_TEAM)
    if chapter:
        resolved = _begun(chapter - 1) + timedelta(seconds=1)
        yield changed(_subject(chapter - 1, 0, _TWICE), resolved.isoformat(), status="resolved")
    if chapter >= _HEARD:
        first = _begun(chapter - _HEARD) - timedelta(seconds=60)
        yield created(_subject(chapter - _HEARD, 0, _TWICE), first.isoformat(), team=_QUIET_TEAM)


@cache
def _begun(chapter: int) -> datetime:
    """Long enough before `chapter` is first told for a resolution promised from then on to be overdue."""
    return datetime.now(UTC) - timedelta(seconds=30)


def _at(chapter: int, second: int) -> str:
    return (START + timedelta(minutes=chapter, seconds=second)).isoformat()


@cache
def _subject(chapter: int, partition: int, number: int = 0) -> str:
    """A ticket in `partition` that is told of from `chapter` on."""
    names = (f"c{chapter}.{number}.{attempt}" for attempt in itertools.count())
    return next(name for name in names if partition_of(name) == partition)


def _customer(chapter: int, partition: int) -> str:
    """A customer's keyed hash."""
    return hashlib.blake2b(f"{chapter}/{partition}".encode(), digest_size=16).hexdigest()
