"""Any event at all survives its wire form."""

import json
from collections.abc import Callable
from datetime import UTC, timedelta, timezone
from typing import Any, get_args

from hypothesis import given
from hypothesis import strategies as st
from msgspec import inspect

from events.codec import EARLIEST, LATEST, decode, decode_ticket_event, encode
from events.schema import json_schema
from events.types import AnyEvent, PostedEvent, TicketAbsorbed, TicketMerged

_zones = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
_moments = st.datetimes(
    EARLIEST.replace(tzinfo=None) + timedelta(days=1),
    LATEST.replace(tzinfo=None) - timedelta(days=1),
    timezones=st.just(UTC) | _zones,
)


def _text(described: inspect.StrType) -> st.SearchStrategy[str]:
    if described.pattern:
        return st.from_regex(described.pattern, fullmatch=True)
    most = min(described.max_length or 30, 30)
    return st.text(
        st.characters(exclude_categories=["Cs"]), min_size=described.min_length or 0, max_size=most
    )


def _struct(described: inspect.StructType) -> st.SearchStrategy[Any]:
    required = {field.name: _of(field.type) for field in described.fields if field.required}
    optional = {field.name: _of(field.type) for field in described.fields if not field.required}
    return st.fixed_dictionaries(required, optional=optional).map(lambda fields: described.cls(**fields))


_STRATEGIES: dict[type, Callable[[Any], st.SearchStrategy[Any]]] = {
    inspect.StrType: _text,
    inspect.IntType: lambda t: st.integers(t.ge if t.ge is not None else -(2**40), t.le or 2**40),
    inspect.FloatType: lambda _: st.floats(allow_nan=False, allow_infinity=False),
    inspect.BoolType: lambda _: st.booleans(),
    inspect.NoneType: lambda _: st.none(),
    inspect.DateTimeType: lambda _: _moments,
    inspect.LiteralType: lambda t: st.sampled_from(t.values),
    inspect.UnionType: lambda t: st.one_of(*map(_of, t.types)),
    inspect.VarTupleType: lambda t: st.lists(_of(t.item_type), max_size=3).map(tuple),
    inspect.StructType: _struct,
}


def _of(described: inspect.Type) -> st.SearchStrategy[Any]:
    """Whatever the type that msgspec has `described` allows: a field that the contract gains comes along."""
    return _STRATEGIES[type(described)](described)


def _into_itself(event: AnyEvent) -> bool:
    return isinstance(event, TicketMerged) and event.data.into == event.subject


posted_events = st.one_of(*(_of(inspect.type_info(kind)) for kind in get_args(PostedEvent))).filter(
    lambda event: not _into_itself(event)
)


@given(posted_events)
def test_decoding_what_was_encoded_gives_the_same_event(event: AnyEvent) -> None:
    assert decode(encode(event)) == event


@given(_of(inspect.type_info(TicketAbsorbed)))
def test_an_absorption_comes_back_as_it_went(event: TicketAbsorbed) -> None:
    assert decode_ticket_event(encode(event)) == event


@given(posted_events)
def test_the_wire_form_says_nothing_that_was_left_out(event: AnyEvent) -> None:
    known = json_schema()["$defs"]
    wire = json.loads(encode(event))

    assert wire.keys() <= known[type(event).__name__]["properties"].keys()
    assert ("timequality" in wire) == isinstance(event.timequality, str)
