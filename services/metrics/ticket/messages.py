"""What messages do to a ticket: who waits, who has answered, and whom the answers are credited to."""

from collections.abc import Callable
from typing import Final

from events.types import TicketCommented
from metrics.sla.policy import Rules
from metrics.ticket.clocks import settle
from metrics.ticket.slots import answer_slots
from metrics.ticket.state import QUARTER, Exchange, State


def commented(state: State, event: TicketCommented, at: int, rules: Rules) -> None:
    """Somebody wrote at `at` (µs)."""
    author = event.data.author
    if author.kind == "customer" and author.id is not None:
        acquaint(state, author.id)
    if event.data.public:
        _AUTHORS[author.kind](state, event, at, rules)


def _customer_wrote(state: State, _event: TicketCommented, at: int, _rules: Rules) -> None:
    message(state, at, waiting=at)


def acquaint(state: State, customer: str) -> None:
    """Note that `customer` (a keyed hash) has to do with the ticket."""
    if customer not in state.customers:
        state.customers.append(customer)


def message(state: State, at: int, waiting: int) -> None:
    """A customer message reached the ticket at `at`; its writer has been waiting since `waiting`."""
    state.customer_replies += 1
    quarter = at // QUARTER
    state.messages[quarter] = state.messages.get(quarter, 0) + 1
    if state.response_from is None:
        state.response_from = waiting
    if not state.unanswered:
        state.exchanges.append(Exchange(waiting))
    elif waiting < state.exchanges[-1].customer:
        state.exchanges[-1].customer = waiting


def _bot_wrote(state: State, _event: TicketCommented, at: int, _rules: Rules) -> None:
    state.bot_replies += 1
    if state.acknowledged_at is None:
        state.acknowledged_at = at


def _agent_wrote(state: State, event: TicketCommented, at: int, rules: Rules) -> None:
    for slot in answer_slots(state, at):
        settle(state, slot, rules)
    agent = event.data.author.id
    _credit(state, agent, at)
    state.updated_at = at
    state.agent_replies += 1
    if state.acknowledged_at is None:
        state.acknowledged_at = at
    if state.responded_at is None and state.response_from is not None:
        state.responded_at = at
        state.responder = agent
    if state.unanswered:
        state.exchanges[-1].answered = at
        state.exchanges[-1].agent = agent


def _credit(state: State, agent: str | None, at: int) -> None:
    """Note that `agent` replied at `at`, in whichever cycles that falls."""
    if at > state.updated_at:
        state.repliers = []
    if agent is None:
        return
    if agent not in state.repliers:
        state.repliers.append(agent)
    for cycle in reversed(state.cycles):
        if cycle.resolved is not None and cycle.resolved < at:
            break
        if agent not in cycle.agents:
            cycle.agents.append(agent)


_AUTHORS: Final[dict[str, Callable[[State, TicketCommented, int, Rules], None]]] = {
    "customer": _customer_wrote,
    "bot": _bot_wrote,
    "agent": _agent_wrote,
}
