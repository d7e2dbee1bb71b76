"""Reading kept bodies again, after an update of an adapter or of the configuration."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ingest.canonical import messages
from ingest.intake import AdapterFailed, Senders, read
from ingest.privacy import Privacy
from ingest.refusals import plainly
from ingest.sources.contract import PayloadInvalid, PayloadTooLarge
from ingest.unread.store import UnreadStore
from streams.publisher import Message


class Sink(Protocol):
    """Where messages become durable: `streams.publisher.Publisher`."""

    def publish(self, messages: Sequence[Message]) -> None:
        """Return once all are durable; raises Unavailable."""


@dataclass(slots=True)
class Outcome:
    """Of one source: how many deliveries could be read now, the events they gave, and why others still
    can't be, with how many."""

    read: int = 0
    events: int = 0
    still: Counter[str] = field(default_factory=Counter)


def replay(
    store: UnreadStore, senders: Senders, privacy: Privacy, sink: Sink, source: str | None = None
) -> dict[str, Outcome]:
    """Read what `store` keeps, of `source` or of all, publish what that says, and forget it then.

    Broken off, it can be called again: events keep their ids. Raises Unavailable.
    """
    outcomes: dict[str, Outcome] = {}
    for kept in store.all(source):
        outcome = outcomes.setdefault(kept.source, Outcome())
        sender = senders.get(kept.source)
        if sender is None:
            outcome.still["this source isn't configured any more"] += 1
            continue
        try:
            events = read(sender, kept.delivery).events
        except (PayloadInvalid, PayloadTooLarge, AdapterFailed) as why:
            outcome.still[plainly(why)] += 1
            continue
        sink.publish(messages(events, privacy))
        store.forget([kept.id])
        outcome.read += 1
        outcome.events += len(events)
    return outcomes
