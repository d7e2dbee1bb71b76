"""Obeying `customer.erased` in the store: the customer is forgotten, and that is put on record."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Final

import structlog
from msgspec.structs import replace
from pymongo.client_session import ClientSession

from events.feedback import CustomerErased
from events.instants import micros
from feedback.cases.customer import Customer
from feedback.forgetting.destructions import Destructions
from feedback.forgetting.forget import forgotten, reduced
from feedback.store import Change, Store
from streams.positions import turn_back

SHARD: Final = 40_000
"""The part of the aggregates that forgetting writes."""

Withdraw = Callable[[Collection[str], ClientSession], None]
"""Has letters of surveys (ids) not sent any more, in a transaction."""

_PARTS: Final = ("surveys", "answers", "voices", "follow_ups")

log = structlog.get_logger()


def erase(store: Store, event: CustomerErased, now: int, session: ClientSession, withdraw: Withdraw) -> None:
    """Forget whom `event` names, with all their other pseudonyms, `now` (µs) in the transaction of `session`.

    All transactions of positions that are under way fail, or this one, and begin again: who stores
    something of the customer right now can't see the erasure yet, nor this what is being stored.
    """
    until = micros(event.time)
    turn_back(store.database, session)
    people = linked(store, {event.subject}, session)
    customers = store.customers(people, session)
    cases = store.about(people, session)
    changes = [Change(case, forgotten(case, people, until)) for case in cases.values()]
    changes = [change for change in changes if change.new != change.old]
    store.write(changes, SHARD, session)
    store.save_customers([reduced(customers.get(n, Customer(id=n)), until) for n in sorted(people)], session)
    if surveys := list(_surveys(changes)):
        withdraw(surveys, session)
    destroyed = _destroyed(changes) | {"customers": sum(_loses(one, until) for one in customers.values())}
    Destructions(store.database).erased(event, people, destroyed, now, session)
    log.info("customer erased", cases=len(changes), pseudonyms=len(people))


def linked(store: Store, people: Iterable[str], session: ClientSession | None = None) -> set[str]:
    """`people` (pseudonyms) and whoever is known to be the same person as one of them."""
    found: set[str] = set()
    news = set(people)
    while news:
        found |= news
        known = store.customers(news, session).values()
        news = {name for customer in known for name in customer.linked} - found
    return found


def _surveys(changes: Iterable[Change]) -> Iterator[str]:
    """Those that lost their customer: nothing more is to be sent for them."""
    for change in changes:
        before = () if change.old is None else change.old.surveys
        yield from (old.id for old, new in zip(before, change.new.surveys, strict=True) if old != new)


def _destroyed(changes: Collection[Change]) -> dict[str, int]:
    """How many cases, and which parts of them, lost something."""
    counts = Counter(cases=len(changes))
    for change in changes:
        for part in _PARTS:
            pairs = zip(getattr(change.old, part), getattr(change.new, part), strict=True)
            counts[part] += sum(old != new for old, new in pairs)
    return dict(counts)


def _loses(customer: Customer, until: int) -> bool:
    return replace(reduced(customer, until), erased_at=customer.erased_at) != customer
