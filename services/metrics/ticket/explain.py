"""Why the facts are what they are: the fold once more, with a look at what each event changed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final

from msgspec import UNSET

from events.instants import micros, moment, seconds
from events.types import RESOLVED, Status, TicketChanged, TicketCommented, TicketCreated, TicketEvent
from metrics.sla.hours import open_time
from metrics.sla.policy import NO_RULES, Rules
from metrics.ticket.explanation import Cited, Clock, Creation, Explanation, Interval, PassedOver
from metrics.ticket.fold import Placed, append, begin, placed
from metrics.ticket.state import State

_COUNTS_IN: Final = {
    "new": ["status_times.new", "requester_wait", "agent_work", "worked"],
    "open": ["status_times.open", "requester_wait", "agent_work", "worked"],
    "pending": ["status_times.pending", "worked"],
    "on_hold": ["status_times.on_hold", "requester_wait", "worked"],
    "resolved": [],
    "closed": [],
}
_NO_ANSWER: Final = {"bot": "written by a bot", "customer": "written by the customer"}


def explain(events: Iterable[TicketEvent], as_of: int, rules: Rules = NO_RULES) -> Explanation:
    """The explanation of the facts at `as_of` (µs since the epoch) that `events` fold to: all of one ticket,
    distinct, at least one, none after `as_of`; counted under `rules`."""
    ordered = placed(events)
    walk = _Walk(ordered, rules)
    for step in ordered:
        walk.take(step)
    return walk.finish(as_of)


@dataclass(frozen=True, slots=True)
class _Before:
    """What an event may change, as it was."""

    status: Status
    since: int
    response_from: int | None
    responded_at: int | None
    acknowledged_at: int | None
    handed_off_at: int | None
    excluded: str | None
    unanswered: bool
    waiting_since: int | None


class _Walk:
    """Takes the events of a ticket one by one and writes down what each of them did."""

    def __init__(self, ordered: list[Placed], rules: Rules) -> None:
        self._rules = rules
        self._state = begin(ordered)
        origin = _cited(next((e for _, e in ordered if isinstance(e, TicketCreated)), ordered[0][1]))
        created = moment(self._state.created_at)
        self._story = Explanation(
            created_at=Creation(at=created, by=origin),
            first_response=Clock() if self._state.outbound else Clock(since=created, started_by=origin),
            acknowledgement=Clock(since=created, started_by=origin),
            cycles=[Clock(since=created, started_by=origin)],
            exchanges=[] if self._state.outbound else [Clock(since=created, started_by=origin)],
            outside_exchanges=[],
            handed_off_by=None,
            excluded_by=None,
            intervals=[],
        )
        self._spans: list[tuple[int, int, Status]] = []

    def take(self, step: Placed) -> None:
        """Take the next event."""
        (time, _, _), event = step
        before = _before(self._state)
        append(self._state, [step], self._rules)
        at = moment(max(self._state.created_at, time))
        self._response(before, event, at)
        self._acknowledgement(before, event, at)
        self._exchange(before, event, at)
        self._cycle(before, event, at)
        if self._state.handed_off_at != before.handed_off_at:
            self._story.handed_off_by = _cited(event)
        if self._state.excluded != before.excluded:
            self._story.excluded_by = _cited(event) if self._state.excluded else None

    def finish(self, as_of: int) -> Explanation:
        """The explanation of everything taken, at `as_of`."""
        latest = self._state.cycles[-1].resolved
        spans = [*self._spans, (self._state.since, as_of, self._state.status)]
        self._story.intervals = [
            _interval(*part, latest, self._state, self._rules)
            for span in spans
            if span[0] < span[1]
            for part in _by_policy(*span, self._state.promises)
        ]
        return self._story

    def _response(self, before: _Before, event: TicketEvent, at: datetime) -> None:
        clock, state = self._story.first_response, self._state
        if before.responded_at is not None:
            return
        if state.response_from != before.response_from and state.response_from is not None:
            clock.since, clock.started_by = moment(state.response_from), _cited(event)
        elif state.responded_at is not None:
            clock.until, clock.ended_by = at, _cited(event)
        elif reason := _unanswering(before, event, state):
            clock.passed_over.append(_passed(event, reason))

    def _acknowledgement(self, before: _Before, event: TicketEvent, at: datetime) -> None:
        clock = self._story.acknowledgement
        if before.acknowledged_at is not None:
            return
        if self._state.acknowledged_at is not None:
            clock.until, clock.ended_by = at, _cited(event)
        elif reason := _unanswering(before, event, self._state):
            clock.passed_over.append(_passed(event, reason))

    def _exchange(self, before: _Before, event: TicketEvent, at: datetime) -> None:
        clocks, state = self._story.exchanges, self._state
        if len(state.exchanges) > len(clocks):
            since = moment(state.exchanges[-1].customer)
            clocks.append(Clock(since=since, started_by=_cited(event)))
        elif before.unanswered and not state.unanswered:
            clocks[-1].until, clocks[-1].ended_by = at, _cited(event)
        elif before.unanswered and state.exchanges[-1].customer != before.waiting_since:
            self._overtaken(clocks[-1], event)
        elif before.unanswered and (reason := _unanswering(before, event, state)):
            clocks[-1].passed_over.append(_passed(event, reason))
        elif _is_answer(event):
            self._story.outside_exchanges.append(_passed(event, "nobody was waiting"))

    def _overtaken(self, clock: Clock, event: TicketEvent) -> None:
        """An absorbed message has been waiting for longer than the one that started `clock`."""
        if clock.started_by is not None:
            clock.passed_over.append(_again(clock.started_by, "another message has waited for longer"))
        clock.since, clock.started_by = moment(self._state.exchanges[-1].customer), _cited(event)

    def _cycle(self, before: _Before, event: TicketEvent, at: datetime) -> None:
        stated = event.data.status if isinstance(event, TicketCreated | TicketChanged) else UNSET
        if stated is UNSET:
            return
        clock, state = self._story.cycles[-1], self._state
        if state.status != before.status:
            self._spans.append((before.since, state.since, before.status))
        if before.status in RESOLVED and state.status not in RESOLVED:
            self._story.cycles.append(Clock(since=at, started_by=_cited(event)))
        elif before.status not in RESOLVED and state.status in RESOLVED:
            clock.until, clock.ended_by = at, _cited(event)
        elif state.status == before.status:
            clock.passed_over.append(_passed(event, f"the status was {stated} already"))
        else:
            clock.passed_over.append(_passed(event, f"{before.status} to {stated} is no resolution"))


def _before(state: State) -> _Before:
    return _Before(
        status=state.status,
        since=state.since,
        response_from=state.response_from,
        responded_at=state.responded_at,
        acknowledged_at=state.acknowledged_at,
        handed_off_at=state.handed_off_at,
        excluded=state.excluded,
        unanswered=state.unanswered,
        waiting_since=state.exchanges[-1].customer if state.exchanges else None,
    )


def _unanswering(before: _Before, event: TicketEvent, state: State) -> str | None:
    """Why `event` is no answer, None where nobody would take it for one."""
    if not isinstance(event, TicketCommented):
        return "a status change is no answer" if state.status != before.status else None
    if not event.data.public:
        return "private note"
    return _NO_ANSWER.get(event.data.author.kind, "nobody was waiting")


def _is_answer(event: TicketEvent) -> bool:
    return isinstance(event, TicketCommented) and event.data.public and event.data.author.kind == "agent"


def _cited(event: TicketEvent) -> Cited:
    return Cited(id=event.id, type=_type(event), time=moment(micros(event.time)))


def _passed(event: TicketEvent, reason: str) -> PassedOver:
    return _again(_cited(event), reason)


def _again(cited: Cited, reason: str) -> PassedOver:
    return PassedOver(id=cited.id, type=cited.type, time=cited.time, reason=reason)


def _type(event: TicketEvent) -> str:
    return str(event.__struct_config__.tag)


def _by_policy(
    since: int, until: int, status: Status, promises: list[tuple[int, str | None]]
) -> Iterator[tuple[int, int, Status]]:
    """A span cut where the ticket came under another policy."""
    cuts = [at for at, _ in promises if since < at < until]
    for start, end in pairwise([since, *cuts, until]):
        yield start, end, status


def _interval(
    since: int, until: int, status: Status, latest_resolution: int | None, state: State, rules: Rules
) -> Interval:
    counts_in = [*_COUNTS_IN[status]]
    if latest_resolution is not None and until <= latest_resolution:
        counts_in.append("full_resolution")
    counted = open_time(state.source, state.promises, rules, since, until)
    return Interval(
        since=moment(since),
        until=moment(until),
        status=status,
        counts_in=counts_in,
        calendar=seconds(until - since),
        business=None if counted is None else seconds(counted),
        policy=next((name for at, name in reversed(state.promises) if at <= since), None),
        calendar_version=_version(state, rules, since),
    )


def _version(state: State, rules: Rules, at: int) -> str | None:
    """Since when the version of the calendar counts that counted `at`; None without a calendar or a date."""
    key = next((name for since, name in reversed(state.promises) if since <= at), None)
    calendar = rules.calendar(state.source, key)
    if calendar is None or not calendar.versions:
        return None
    version, _, _ = next(calendar.in_force(at, at + 1))
    return None if version.valid_from is None else moment(version.valid_from).isoformat()
