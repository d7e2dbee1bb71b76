"""Everything that is known about one customer, as they may ask for it (pure).

It is made from what is stored, field by field, so that a field that comes to be stored is told as well; what
isn't known is left out.
"""

from collections.abc import Set
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from events.instants import moment
from feedback.cases.case import Case
from feedback.cases.customer import Customer
from feedback.forgetting.belongings import belongings

_EVER: Final = 1 << 62
_INNER: Final = frozenset({"counted", "told", "contact"})
"""What only the service's own work needs; the address, which is sealed, is told of by `has_address`."""
_CYCLE_TIMES: Final = ("opened", "resolved")


class CustomerData(Struct, kw_only=True, frozen=True):
    """What is known about who has `pseudonyms`: each pseudonym's document, what of each case is theirs, and
    what was destroyed before."""

    pseudonyms: list[str]
    known: list[dict[str, Any]]
    cases: list[dict[str, Any]]
    destroyed: list[dict[str, Any]]


def case_of(case: Case, people: Set[str]) -> dict[str, Any]:
    """What of `case` is about `people` (pseudonyms): others may have spoken about the same ticket."""
    mine = belongings(replace(case, forgotten_until=0), people, _EVER)
    ticket = case.ticket if mine.ticket else None
    return {
        "source": case.source,
        "subject": case.subject,
        "ticket": None if ticket is None else _told(ticket) | {"has_address": ticket.contact is not None},
        "surveys": [_told(one) for one in case.surveys if one.id in mine.surveys],
        "answers": [_told(one) for one in case.answers if one.id in mine.said],
        "voices": [_told(one) for one in case.voices if one.id in mine.said],
        "follow_ups": [_told(one) for one in case.follow_ups if one.about in mine.said],
    }


def customer_of(customer: Customer) -> dict[str, Any]:
    """What is known of `customer`, and whether they don't want to be asked."""
    told = _told(customer)
    return {"pseudonym": told.pop("id"), "opted_out": customer.opted_out} | told


def _told(thing: Struct) -> dict[str, Any]:
    known = ((name, getattr(thing, name)) for name in thing.__struct_fields__ if name not in _INNER)
    return {name: _value(name, value) for name, value in known if value is not None}


def _value(name: str, value: Any) -> Any:
    if isinstance(value, Struct):
        return _told(value)
    if isinstance(value, tuple):
        return [_value("", one) for one in value]
    is_time = name == "at" or name.endswith("_at") or name in _CYCLE_TIMES
    return moment(value) if is_time and isinstance(value, int) else value
