"""What is promised at a moment in a ticket's life: which clocks there are, and from when they count."""

from collections.abc import Iterator

from metrics.sla.clock import Slot
from metrics.sla.policy import Rules
from metrics.ticket.state import State


def open_slots(state: State, rules: Rules) -> Iterator[Slot]:
    """What is promised and not yet fulfilled."""
    yield from answer_slots(state, None)
    if not state.resolved and (slot := resolution_slot(state, rules, None)):
        yield slot


def answer_slots(state: State, end: int | None) -> Iterator[Slot]:
    """What a public agent comment fulfils, at `end` if it has come."""
    if state.responded_at is None and state.response_from is not None:
        yield Slot("first_response", 1, state.response_from, end)
    elif state.unanswered and len(state.exchanges) > 1:
        yield Slot("next_response", len(state.exchanges) - 1, state.exchanges[-1].customer, end)
    yield Slot("update", state.agent_replies + 1, state.updated_at, end)


def resolution_slot(state: State, rules: Rules, end: int | None) -> Slot | None:
    """The promise to resolve the present cycle, as the policy at its opening has it for a reopened ticket;
    None where nothing is promised for that."""
    number, opened = len(state.cycles), state.cycles[-1].opened
    at_opening = next((name for at, name in reversed(state.promises) if at <= opened), None)
    policy = rules.by_key.get(at_opening) if at_opening is not None else None
    if number == 1 or policy is None or policy.reopen == "restart":
        return Slot("resolution", number, opened, end)
    broken = any(one.target == "resolution" and one.state == "breached" for one in state.clocks)
    # A promise that goes on is broken once.
    if policy.reopen == "ignore" or broken:
        return None
    return Slot("resolution", number, state.cycles[0].opened, end)
