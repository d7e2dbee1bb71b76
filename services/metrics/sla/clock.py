"""One promise running: from its start to its fulfilment, through pauses, closed hours and changes of policy.

A clock counts the calendar-open time in which the ticket is neither resolved nor in a status in which its
policy pauses. It is due when that time reaches the target; fulfilled at or before that instant it is met,
later it is breached at that instant, whenever anybody noticed. A change of policy gives a running clock
another target, counted from its own start: the time it has already used is kept.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple, TypeVar

from msgspec import Struct

from calendars.business import after, business
from calendars.calendar import Calendar
from events.types import RESOLVED
from metrics.sla.policy import Policy, Rules, Target

_T = TypeVar("_T")

ClockState = Literal["active", "paused", "met", "breached", "cancelled"]


class Slot(NamedTuple):
    """What may be promised: `target` for the `cycle`-th time, from `start` (µs) to `end`, if it has come."""

    target: Target
    cycle: int
    start: int
    end: int | None = None


class Clock(Struct, array_like=True, frozen=True):
    """How a promise fares. Times µs since the epoch, durations µs.

    `allowed` is the target, `elapsed` what the clock has counted. `due_at` is None while the clock is paused.
    `warn_at` is when the ticket is due soon, None where no warning is wanted or nothing runs.
    """

    target: Target
    cycle: int
    policy: str
    state: ClockState
    started_at: int
    due_at: int | None
    fulfilled_at: int | None
    breached_at: int | None
    elapsed: int
    allowed: int
    warn_at: int | None = None


class _Piece(NamedTuple):
    """A stretch in which status and policy stay the same."""

    start: int
    end: int
    policy: Policy | None
    ticks: bool
    calendar: Calendar | None


class _Run(NamedTuple):
    """A piece in which the clock ran, and what it had counted before."""

    before: int
    start: int
    calendar: Calendar


def clock(
    slot: Slot,
    statuses: Sequence[tuple[int, str]],
    promises: Sequence[tuple[int, str | None]],
    rules: Rules,
    as_of: int,
) -> Clock | None:
    """The clock of `slot` at `as_of` (µs), None where nothing was ever promised for it.

    `statuses` and `promises` tell since when the ticket has had which status and fallen under which policy
    (its key), oldest first.
    """
    stop = as_of if slot.end is None else slot.end
    pieces = list(_pieces(slot, stop, statuses, promises, rules))
    runs: list[_Run] = []
    elapsed = 0
    policy: Policy | None = None
    due: int | None = None
    breached: int | None = None
    for piece in pieces:
        if breached is None and piece.policy is not None:
            policy = piece.policy
            due = _due(piece, policy.targets[slot.target], runs, elapsed, slot.start)
            if due is not None and due < piece.end:
                breached = due
        if piece.ticks and piece.calendar is not None:
            runs.append(_Run(elapsed, piece.start, piece.calendar))
            elapsed += business(piece.calendar, piece.start, piece.end)
    if policy is None:
        return None
    last = pieces[-1]
    state = _state(slot, breached, last)
    allowed = policy.targets[slot.target]
    return Clock(
        slot.target,
        slot.cycle,
        policy.name,
        state,
        slot.start,
        due,
        slot.end,
        breached,
        elapsed,
        allowed,
        _warn_at(policy, allowed, runs, elapsed, slot, last) if state == "active" else None,
    )


def _state(slot: Slot, breached: int | None, last: _Piece) -> ClockState:
    if breached is not None:
        return "breached"
    if last.policy is None:
        return "cancelled"
    if slot.end is not None:
        return "met"
    return "active" if last.ticks else "paused"


def _due(piece: _Piece, allowed: int, runs: Sequence[_Run], elapsed: int, start: int) -> int | None:
    """When the clock reaches `allowed`, as `piece` goes on; None while it stands still before that."""
    if elapsed < allowed or (elapsed == allowed and not piece.ticks):
        if not piece.ticks or piece.calendar is None:
            return None
        return after(piece.calendar, piece.start, allowed - elapsed)
    return _reached(runs, allowed, start)


def _reached(runs: Sequence[_Run], counted: int, start: int) -> int:
    """When a clock had counted so much, which its `runs` contain."""
    run = next((run for run in reversed(runs) if run.before < counted), None)
    return start if run is None else after(run.calendar, run.start, counted - run.before)


def _warn_at(
    policy: Policy, allowed: int, runs: Sequence[_Run], elapsed: int, slot: Slot, last: _Piece
) -> int | None:
    if not policy.warn_before or last.calendar is None:
        return None
    counted = max(0, allowed - policy.warn_before)
    if counted <= elapsed:
        return _reached(runs, counted, slot.start)
    return after(last.calendar, last.start, counted - elapsed)


def _pieces(
    slot: Slot,
    stop: int,
    statuses: Sequence[tuple[int, str]],
    promises: Sequence[tuple[int, str | None]],
    rules: Rules,
) -> Iterator[_Piece]:
    """[slot.start, stop) cut where status or policy change, and the instant `stop` itself as the last.

    Before the first policy that promises this target, and between two that do, time counts as the next one
    says: a promise that comes late still counts from its own start.
    """
    changes = {at for at, _ in (*statuses, *promises) if slot.start < at < stop}
    points = [slot.start, *sorted(changes), stop, stop] if slot.start < stop else [stop, stop]
    policies = [_promising(slot, _at(promises, point), rules) for point in points[:-1]]
    counting = _next_known(policies)
    for (start, end), policy, counts_by in zip(pairwise(points), policies, counting, strict=True):
        status = _at(statuses, start) or "new"
        ticks = status not in RESOLVED and (counts_by is None or status not in counts_by.pauses)
        yield _Piece(start, end, policy, ticks, counts_by.calendar if counts_by else None)


def _promising(slot: Slot, key: str | None, rules: Rules) -> Policy | None:
    policy = rules.by_key.get(key) if key is not None else None
    return policy if policy is not None and slot.target in policy.targets else None


def _next_known(policies: Sequence[Policy | None]) -> list[Policy | None]:
    """Each policy, or where there is none the next that is; at the end the last that was."""
    known: list[Policy | None] = []
    following: Policy | None = None
    for policy in reversed(policies):
        following = policy or following
        known.append(following)
    known.reverse()
    last = next((policy for policy in reversed(policies) if policy is not None), None)
    return [policy or last for policy in known]


def _at(timeline: Sequence[tuple[int, _T]], moment: int) -> _T | None:
    """The value that `timeline` has at `moment`."""
    found = None
    for at, value in timeline:
        if at > moment:
            break
        found = value
    return found
