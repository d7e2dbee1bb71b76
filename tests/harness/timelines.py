"""Random histories of tickets, in wire form, for property tests and load."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

Wire = dict[str, Any]

START = datetime(2026, 3, 28, 22, 0, tzinfo=UTC)
STATUSES = ("new", "open", "pending", "on_hold", "resolved", "closed")

# Few instants, so that events often share one; some with microseconds.
_instants = st.one_of(
    st.integers(0, 12).map(lambda hours: timedelta(minutes=47 * hours)),
    st.integers(0, 40_000_000_000).map(lambda us: timedelta(microseconds=us)),
)
CUSTOMERS = ("c1" * 16, "c2" * 16)
"""Keyed hashes of customers."""
_customers = st.sampled_from((*CUSTOMERS, None))
_agents = st.sampled_from(("ayse", "mehmet", None))
_fields = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(STATUSES),
        "priority": st.sampled_from(("low", "high", None)),
        "team": st.sampled_from(("billing", "orders", None)),
        "assignee": _agents,
        "channel": st.sampled_from(("email", "chat")),
        "requester": _customers,
        "contact": st.sampled_from(("sealed-1", "sealed-2", None)),
    },
)
_comments = st.fixed_dictionaries(
    {
        "author": st.fixed_dictionaries({"kind": st.sampled_from(("agent", "bot")), "id": _agents})
        | st.fixed_dictionaries({"kind": st.just("customer"), "id": _customers})
    },
    optional={"public": st.booleans()},
)
_kinds: dict[str, st.SearchStrategy[Wire]] = {
    "ticket.created": st.tuples(_fields, st.booleans()).map(lambda pair: {**pair[0], "outbound": pair[1]}),
    "ticket.changed": _fields,
    "ticket.commented": _comments,
    "ticket.handed_off": st.just({"to": "billing"}),
    "ticket.merged": st.sampled_from(("1", "2", "3")).map(lambda into: {"into": into}),
    "ticket.deleted": st.sampled_from(("deleted", "spam")).map(lambda reason: {"reason": reason}),
    "ticket.undeleted": st.just({}),
}
_often = ("ticket.created", "ticket.changed", "ticket.changed", "ticket.commented", "ticket.commented")


@st.composite
def _event(draw: st.DrawFn, subjects: tuple[str, ...]) -> Wire:
    kind = draw(st.sampled_from((*_often, *_often, *_kinds)))
    subject = draw(st.sampled_from(subjects))
    data = draw(_kinds[kind])
    if data.get("into") == subject:
        data = {"into": f"{subject}0"}
    return {
        "specversion": "1.0",
        "source": "acme",
        "type": kind,
        "subject": subject,
        "time": (START + draw(_instants)).isoformat(),
        "data": data,
    }


def histories(subjects: tuple[str, ...] = ("1", "2"), most: int = 14) -> st.SearchStrategy[list[Wire]]:
    """Distinct events of the tickets `subjects`, one to `most` of them."""
    return st.lists(_event(subjects), min_size=1, max_size=most).map(
        lambda events: [{**event, "id": f"e{number}"} for number, event in enumerate(events)]
    )
