"""What-if: how promises would have fared under other rules (pure).

"Now" is each ticket under the rules in force, "then" the same events under the others, both seen at the same
moment. A clock counts in the period in which it was decided: met at its fulfilment, breached at its due time.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from events.instants import micros
from events.types import TicketEvent
from metrics.seen import Seen, see
from metrics.sla.clock import Clock
from metrics.sla.policy import Rules
from metrics.ticket.fold import fold


class Group(NamedTuple):
    """What attainment is told by."""

    target: str
    team: str | None
    priority: str | None


@dataclass(slots=True)
class Tally:
    """Promises decided in the period, under the rules in force and under the others."""

    met_now: int = 0
    breached_now: int = 0
    met_then: int = 0
    breached_then: int = 0


class Turned(NamedTuple):
    """A promise that changes sides; `now` or `then` is None where there is none under those rules."""

    source: str
    ticket: str
    target: str
    cycle: int
    now: str | None
    then: str | None


@dataclass(slots=True)
class Simulation:
    """The comparison. `tickets` is how many were looked at."""

    tickets: int = 0
    tallies: dict[Group, Tally] = field(default_factory=dict)
    turned: list[Turned] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Question:
    """`others` instead of `in_force`, for promises decided in [start, end), as it stands at `as_of` (µs)."""

    in_force: Rules
    others: Rules
    start: int
    end: int
    as_of: int


def simulate(
    histories: Iterable[Sequence[TicketEvent]], asked: Question, progress: Callable[[int], None]
) -> Simulation:
    """The comparison over `histories`, each all events of one ticket; `progress` is told of each."""
    result = Simulation()
    for events in histories:
        past = [event for event in events if micros(event.time) <= asked.as_of]
        if past:
            _compare(result, past, asked)
        result.tickets += 1
        progress(1)
    return result


def _compare(result: Simulation, events: Sequence[TicketEvent], asked: Question) -> None:
    now, then = (see(fold(events, rules), asked.as_of, rules) for rules in (asked.in_force, asked.others))
    if now.state.excluded is not None:
        return
    before, after = _decided(now, asked), _decided(then, asked)
    for name in sorted(before.keys() | after.keys()):
        target, cycle = name
        tally = result.tallies.setdefault(Group(target, now.state.team, now.state.priority), Tally())
        was, would_be = before.get(name), after.get(name)
        tally.met_now += was == "met"
        tally.breached_now += was == "breached"
        tally.met_then += would_be == "met"
        tally.breached_then += would_be == "breached"
        if was != would_be:
            result.turned.append(Turned(now.state.source, now.state.subject, target, cycle, was, would_be))


def _decided(seen: Seen, asked: Question) -> dict[tuple[str, int], str]:
    return {
        (clock.target, clock.cycle): clock.state
        for clock in seen.clocks
        if (at := _decided_at(clock)) is not None and asked.start <= at < asked.end
    }


def _decided_at(clock: Clock) -> int | None:
    return {"met": clock.fulfilled_at, "breached": clock.breached_at}.get(clock.state)
