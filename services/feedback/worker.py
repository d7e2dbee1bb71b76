"""The feedback worker's parts of the exactly-once consumer: facts and feedback in, cases and letters out.

Both topics end in the same cases. `TicketsHandler` reads `helpdesk.tickets`, `FeedbackHandler`
`helpdesk.feedback`; each also does what falls due in the cases that are in its care.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from pymongo.client_session import ClientSession

from events.codec import EventInvalid, decode_facts, decode_feedback_event, key
from events.facts import TicketFacts
from events.feedback import CustomerActed, CustomerErased, FeedbackEvent
from events.instants import micros
from feedback.cases.asking import spared
from feedback.cases.case import Case
from feedback.cases.customer import Customer
from feedback.cases.told import CaseFull, Said, place_of, text_of, with_facts, with_said
from feedback.customers import UNSUBSCRIBED, acted, named_in, remembered
from feedback.forgetting.erase import erase
from feedback.scores.answers import OutOfScale
from feedback.sentiment.model import Model
from feedback.sentiment.reading import read
from feedback.settling import Settler, UnknownQuestion
from feedback.store import Change, Store
from streams.batch import Batch, Dead, Outcome, Record
from streams.publisher import Message

DUE_AT_ONCE: Final = 200
"""Cases in which something has fallen due that are handled in one transaction."""
_FEEDBACK_SHARDS: Final = 10_000
"""Aggregates written for the feedback topic are kept apart from those written for tickets, by partition."""

Models = Callable[[], Mapping[str, Model]]
_Told = TypeVar("_Told")


@dataclass(slots=True)
class _Work:
    """A batch under way: the cases as they were and as they have become, and who is known."""

    old: dict[str, Case]
    new: dict[str, Case] = field(default_factory=dict)
    customers: dict[str, Customer] = field(default_factory=dict)
    changed_customers: dict[str, Customer] = field(default_factory=dict)

    def case(self, name: str) -> Case | None:
        return self.new.get(name) or self.old.get(name)

    def changes(self) -> Iterator[Change]:
        for name, case in self.new.items():
            if case != self.old.get(name):
                yield Change(self.old.get(name), case)


class _Handler:
    """What both have in common: the cases in care of a partition, and what falls due in them."""

    topic: str
    shards: int

    def __init__(self, store: Store, settler: Settler, clock: Callable[[], int]) -> None:
        self._store = store
        self._settler = settler
        self._clock = clock

    def is_due(self, partition: int, now: int) -> bool:
        """Whether something in the cases of `partition` falls due up to `now` (µs)."""
        due = self._store.next_due(self._owner(partition))
        return due is not None and due <= now

    def elapse(self, partition: int, now: int, session: ClientSession) -> Outcome:
        """Do a portion of what is due in the cases of `partition` at `now` (µs)."""
        cases = self._store.due(self._owner(partition), now, DUE_AT_ONCE, session)
        self._settler.pass_time(cases.values(), now, self.shards + partition, session)
        return Outcome()

    def republish(self, _pending: Sequence[str]) -> list[Message]:
        """Nothing is published by this service's consumers."""
        return []

    def elsewhere(self, _partition: int, _pending: Sequence[str]) -> list[str]:
        """Nothing is published by this service's consumers."""
        return []

    def everything(self, _partition: int) -> Iterator[list[Message]]:
        """Nothing is published by this service's consumers."""
        return iter(())

    def _owner(self, partition: int) -> str:
        return f"{self.topic}/{partition}"

    def _write(self, partition: int, work: _Work, session: ClientSession) -> int:
        changes = list(work.changes())
        self._settler.settle(changes, self._clock(), self.shards + partition, session, work.customers)
        return len(changes)


class TicketsHandler(_Handler):
    """Takes the facts of `helpdesk.tickets` into cases; plans surveys and has them sent when due."""

    topic = "tickets"
    shards = 0

    def process(self, batch: Batch, session: ClientSession) -> Outcome:
        """See streams.batch.Handler."""
        outcome = Outcome()
        told = _decoded(batch, decode_facts, outcome)
        latest: dict[str, tuple[Record, TicketFacts]] = {}
        for record, facts in told:
            name = key(facts.source, facts.id)
            if name not in latest or latest[name][1].version <= facts.version:
                latest[name] = (record, facts)
        work = _Work(self._store.cases(latest, session))
        people = {facts.requester for _, facts in latest.values() if facts.requester is not None}
        work.customers = self._store.customers(people, session)
        for name, (record, facts) in latest.items():
            try:
                work.new[name] = with_facts(work.old.get(name), facts, self._owner(batch.partition))
            except EventInvalid as error:
                outcome.dead.append(Dead(record, "invalid", str(error)))
        handled = self._write(batch.partition, work, session)
        outcome.counts = {"handled": handled, "duplicate": len(batch.records) - len(outcome.dead) - handled}
        return outcome


class FeedbackHandler(_Handler):
    """Takes what customers say on `helpdesk.feedback` into cases; `models` gives the learned models."""

    topic = "feedback"
    shards = _FEEDBACK_SHARDS

    def __init__(self, store: Store, settler: Settler, clock: Callable[[], int], models: Models) -> None:
        super().__init__(store, settler, clock)
        self._models = models

    def process(self, batch: Batch, session: ClientSession) -> Outcome:
        """See streams.batch.Handler."""
        outcome = Outcome()
        told = _decoded(batch, decode_feedback_event, outcome)
        said = [(record, event) for record, event in told if isinstance(event, Said)]
        work = _Work(self._store.cases({_case_of(event) for _, event in said}, session))
        work.customers = self._store.customers(_everybody(event for _, event in told), session)
        models = self._models()
        unread, news = len(outcome.dead), 0
        for record, event in said:
            try:
                self._settler.require_question(event, work.case(_case_of(event)))
                news += self._say(event, work, batch.partition, models)
            except OutOfScale as error:
                outcome.dead.append(Dead(record, "out_of_scale", str(error)))
            except UnknownQuestion as error:
                outcome.dead.append(Dead(record, "unknown_question", str(error)))
            except CaseFull as error:
                outcome.dead.append(Dead(record, "case_full", str(error)))
        acts = [event for _, event in told if isinstance(event, CustomerActed)]
        for act in acts:
            acted(act, work.customers, work.changed_customers)
        work.customers |= work.changed_customers
        self._spare(acts, work, session)
        self._write(batch.partition, work, session)
        self._store.save_customers(list(work.changed_customers.values()), session)
        erasures = [event for _, event in told if isinstance(event, CustomerErased)]
        for erasure in erasures:
            erase(self._store, erasure, self._clock(), session, self._settler.withdraw_letters)
        outcome.newest = max((micros(event.time) for _, event in told), default=None)
        handled = news + len(acts) + len(erasures)
        faulty = len(outcome.dead) - unread
        outcome.counts = {"handled": handled, "duplicate": len(said) - faulty - news}
        return outcome

    def _spare(self, acts: Sequence[CustomerActed], work: _Work, session: ClientSession) -> None:
        """Have nothing sent any more to those of `acts` who don't want to be asked now."""
        stopped = {act.data.customer for act in acts if act.data.kind == UNSUBSCRIBED}
        out = {name for name in stopped if work.customers[name].opted_out}
        if not out:
            return
        work.old |= {n: case for n, case in self._store.about(out, session).items() if n not in work.old}
        for name, case in work.old.items():
            work.new[name] = spared(work.new.get(name, case), out)

    def _say(self, event: Said, work: _Work, partition: int, models: Mapping[str, Model]) -> bool:
        """Take `event` into `work`; whether it says anything new."""
        name, text = _case_of(event), text_of(event)
        reading = None if text is None else read(text, locale=_locale(event), models=models)
        before = work.case(name)
        after = with_said(before, event, self._owner(partition), reading)
        work.new[name] = after
        if reading is not None and after != before:
            for customer in named_in(event):
                known = work.changed_customers.get(customer) or work.customers.get(customer)
                work.changed_customers[customer] = remembered(known, customer, micros(event.time), reading)
        return after != before


def _decoded(batch: Batch, decode: Callable[[bytes], _Told], outcome: Outcome) -> list[tuple[Record, _Told]]:
    told = []
    for record in batch.records:
        if not record.value:
            continue
        try:
            told.append((record, decode(record.value)))
        except EventInvalid as error:
            outcome.dead.append(Dead(record, "invalid", str(error)))
    return told


def _case_of(event: Said) -> str:
    return key(event.source, place_of(event))


def _locale(event: Said) -> str | None:
    locale = getattr(event.data, "locale", None)
    return locale if isinstance(locale, str) else None


def _everybody(events: Iterator[FeedbackEvent]) -> set[str]:
    return {customer for event in events for customer in named_in(event)}
