"""What Intercom really posts: bodies of others, read where they lie. Skipped where they don't."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from events.codec import decode_ticket_event
from harness.sources import HASH_KEY, Case, Desk
from metrics.ticket.fold import fold
from privacy.pseudonym import customer_hash
from runtime.config import Source

REAL: Final = Path(__file__).parents[3].parent / "shared/data/payloads/intercom"

pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason="the real payloads lie beside the checkout")


def posted(*bodies: Any) -> Desk:
    """A desk that has accepted `bodies`."""
    case = Case("intercom", "real", b"", {}, Source(adapter="intercom"))
    desk = Desk(case)
    for body in bodies:
        answer = desk.post(msgspec.json.encode(body), {})
        assert answer.status_code == 202, answer.text
    return desk


def told(*bodies: Any) -> Sequence[dict[str, Any]]:
    """What came of `bodies`: the events as Kafka got them."""
    events = [msgspec.json.decode(message.value) for message in posted(*bodies).published]
    return [{name: value for name, value in event.items() if name not in _COMMON} for event in events]


_COMMON: Final = ("id", "specversion", "source")


def body(name: str) -> Any:
    return msgspec.json.decode((REAL / name).read_bytes())


CREATED: Final = {
    "type": "ticket.created",
    "subject": "215472629311235",
    "time": "2026-01-11T06:44:28Z",
    "timequality": "exact",
    "data": {
        "status": "new",
        "team": None,
        "assignee": None,
        "channel": "messenger",
        "category": "Tickets",
        "requester": customer_hash("696346bbaebb5a479d3851a3", HASH_KEY),
        "outbound": False,
    },
}


def test_a_ticket_made_out_of_a_conversation_is_as_old_as_that_and_its_bots_said_nothing() -> None:
    assert told(body("ticket_created.json")) == [CREATED]


def test_a_state_update_that_changes_nothing_tells_only_since_when_the_ticket_exists() -> None:
    known = {**CREATED, "data": {"outbound": False}}

    assert told(body("ticket_state_updated.json")) == [known]


def test_creation_and_empty_update_are_no_transition_in_either_order() -> None:
    both = [body("ticket_created.json"), body("ticket_state_updated.json")]

    for order in (both, both[::-1]):
        events = {e.id: e for e in (decode_ticket_event(m.value) for m in posted(*order).published)}
        state = fold(events.values())
        assert (state.status, len(state.statuses), len(state.cycles)) == ("new", 1, 1)
        assert (state.agent_replies, state.bot_replies, state.customer_replies) == (0, 0, 0)


def test_a_customers_reply_is_told_at_the_parts_own_time() -> None:
    ticket, contact = "215472629548109", customer_hash("696354ce6b48146fdc536f97", HASH_KEY)

    assert told(body("ticket_contact_replied.json")) == [
        {
            "type": "ticket.commented",
            "subject": ticket,
            "time": "2026-01-11T07:45:06Z",
            "timequality": "exact",
            "data": {
                "author": {"kind": "customer", "id": contact},
                "public": True,
                "comment_id": "37404590647",
            },
        },
        {
            "type": "ticket.created",
            "subject": ticket,
            "time": "2026-01-11T07:44:29Z",
            "timequality": "exact",
            "data": {"outbound": False},
        },
    ]


@pytest.mark.parametrize("name", sorted(path.name for path in REAL.glob("*.json")))
def test_a_repeated_delivery_is_the_same_events(name: str) -> None:
    first = body(name)
    again = {**first, "delivery_attempts": 3, "first_sent_at": 1768120000, "delivery_status": "retrying"}

    once = [message.value for message in posted(first).published]

    assert [message.value for message in posted(again).published] == once
