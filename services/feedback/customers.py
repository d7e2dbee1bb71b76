"""What events say about customers themselves (pure)."""

from collections.abc import Iterator, Mapping
from typing import Final

from msgspec.structs import replace

from events.feedback import CustomerActed, CustomerErased, FeedbackEvent
from events.instants import micros
from feedback.cases.customer import Customer, Mood
from feedback.sentiment.reading import Reading

UNSUBSCRIBED: Final = "unsubscribed"
SUBSCRIBED: Final = "subscribed"
"""The kinds of `customer.acted` by which somebody says that they don't want to be asked, or do again."""
_MOODS: Final = 20


def named_in(event: FeedbackEvent) -> Iterator[str]:
    """The pseudonyms that `event` names."""
    if isinstance(event, CustomerErased):
        yield event.subject
        return
    for name in ("customer", "author"):
        value = getattr(event.data, name, None)
        if isinstance(value, str):
            yield value


def acted(event: CustomerActed, known: Mapping[str, Customer], changed: dict[str, Customer]) -> None:
    """Note in `changed` what `event` says of a customer's wish to be asked; the latest wish counts."""
    name, at = event.data.customer, micros(event.time)
    customer = changed.get(name) or known.get(name) or Customer(id=name)
    if event.data.kind == UNSUBSCRIBED:
        changed[name] = replace(customer, opted_out_at=max(at, customer.opted_out_at or at))
    elif event.data.kind == SUBSCRIBED:
        changed[name] = replace(customer, opted_in_at=max(at, customer.opted_in_at or at))


def remembered(customer: Customer | None, name: str, at: int, reading: Reading) -> Customer:
    """`customer` (called `name`) with what was read in a text of theirs written `at` (µs): of the latest
    texts alone, of those in which something could be read, and of none that is to be forgotten."""
    known = customer or Customer(id=name)
    if reading.label == "unknown" or at <= (known.erased_at or -1):
        return known
    moods = sorted({*known.moods, Mood(at, reading.polarity)}, key=lambda mood: (mood.at, mood.polarity))
    return replace(known, moods=tuple(moods[-_MOODS:]))
