"""Obeying erasures: stored tickets forget a customer, and nothing that arrives later brings them back."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

import structlog
from pymongo.client_session import ClientSession

from events.codec import encode, key
from events.types import TicketEvent
from metrics.batch import refolded
from metrics.forgetting import Erased, erased_requesters, people_in, scrubbed, states_loose_address
from metrics.records import Row
from metrics.seen import see
from metrics.sla.policy import Rules
from metrics.store import Store
from metrics.ticket.fold import fold
from streams.positions import turn_back

Read = dict[str, tuple[TicketEvent, bytes]]
"""Identity → an event as it arrived, and its bytes."""

_log = structlog.get_logger(__name__)


class Eraser:
    """Erases customers in `store`, whose tickets are folded under `rules`.

    Tickets of any partition are written, each under its own. Their numbers stay: nothing that is counted
    depends on who a customer is.
    """

    def __init__(self, store: Store, rules: Rules) -> None:
        self._store = store
        self._rules = rules

    def erase(self, customers: Erased, session: ClientSession) -> list[Row]:
        """Forget `customers` in the transaction of `session`; gives the tickets that knew them, as they are
        now."""
        if not customers:
            return []
        # Who stores an event right now can't see the erasure yet, nor this the event.
        turn_back(self._store.database, session)
        self._store.erased.note(customers, session)
        rows = self._rewrite(self._store.known_to(customers, session), customers, {}, session)
        _log.info("customers erased", customers=len(customers), tickets=len(rows))
        return rows

    def strip(self, read: Read, session: ClientSession) -> list[Row]:
        """Take out of `read`, in place, what was erased before it arrived; gives the stored tickets that had
        to forget an address because of it."""
        events = [event for event, _ in read.values()]
        erased = self._store.erased.among(people_in(events), session)
        loose = {_ticket(event) for event in events if states_loose_address(event)}
        if not erased and not loose:
            return []
        until: dict[str, int] = {}
        for event in events:
            for moment in erased_requesters([event], erased):
                until[_ticket(event)] = max(moment, until.get(_ticket(event), 0))
        rows = self._rewrite(until, {}, until, session)
        self._store.erased_requesters.note(until, session)
        until = self._store.erased_requesters.among({*until, *loose}, session)
        for name, (event, _) in read.items():
            kept = scrubbed(event, erased, until.get(_ticket(event), 0))
            if kept is not event:
                read[name] = (kept, encode(kept))
        return rows

    def _rewrite(
        self, tickets: Iterable[str], erased: Erased, until: Mapping[str, int], session: ClientSession
    ) -> list[Row]:
        """Remove `erased` customers, and loose addresses up to the moments `until`, from the stored events of
        `tickets`; fold those anew that lost something."""
        names = list(tickets)
        if not names:
            return []
        histories = self._store.events(names, session)
        rows: dict[int, list[Row]] = defaultdict(list)
        rewritten: dict[str, bytes] = {}
        requesters: dict[str, int] = {}
        for name, (partition, ticket) in self._store.placed_tickets(names, session).items():
            history = histories.get(name, {})
            moment = max((until.get(name, 0), *erased_requesters(history.values(), erased)))
            requesters[name] = moment
            kept = {one: scrubbed(event, erased, moment) for one, event in history.items()}
            lost = {one: encode(event) for one, event in kept.items() if event is not history[one]}
            if lost:
                rewritten |= lost
                seen = see(fold(kept.values(), self._rules), ticket.seen_at, self._rules)
                rows[partition].append(refolded(ticket, seen))
        self._store.erased_requesters.note({n: at for n, at in requesters.items() if at}, session)
        self._store.rewrite(rewritten, session)
        for partition, some in rows.items():
            self._store.save(partition, [], some, session)
        return [row for some in rows.values() for row in some]


def _ticket(event: TicketEvent) -> str:
    return key(event.source, event.subject)
