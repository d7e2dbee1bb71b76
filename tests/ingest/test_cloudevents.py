"""Bodies of CloudEvents: read whole, or every fault named."""

import json
from datetime import UTC, datetime

import msgspec
import pytest

from ingest.sources.cloudevents.adapter import BATCH, MAX_EVENT_BYTES, MAX_EVENTS, SINGLE, read, read_events
from ingest.sources.contract import Fault, Origin, PayloadInvalid, PayloadTooLarge
from runtime.config import Source

ORIGIN = Origin("acme", Source(adapter="cloudevents"))


def an_event(**changes: object) -> dict[str, object]:
    event = {
        "specversion": "1.0",
        "id": "1",
        "source": "acme",
        "type": "ticket.changed",
        "time": "2026-11-21T09:30:00Z",
        "subject": "5158",
        "data": {"status": "open"},
    }
    return {name: value for name, value in (event | changes).items() if value is not None}


def faults(kind: str, body: object) -> tuple[Fault, ...]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    with pytest.raises(PayloadInvalid) as caught:
        read_events(kind, raw)
    return caught.value.faults


def test_a_batch_is_read_in_its_order() -> None:
    events = read_events(BATCH, json.dumps([an_event(id=str(n)) for n in range(3)]).encode())

    assert [event.id for event in events] == ["0", "1", "2"]


def test_every_faulty_element_of_a_batch_is_named() -> None:
    batch = [an_event(), an_event(time=None), 5, an_event(data={"status": "ajar"}), an_event()]

    assert [(fault.index, fault.field) for fault in faults(BATCH, batch)] == [
        (1, "time"),
        (2, ""),
        (3, "data.status"),
    ]


@pytest.mark.parametrize("field", ["specversion", "id", "source", "type", "time", "subject", "data"])
def test_a_missing_field_is_named(field: str) -> None:
    assert faults(SINGLE, an_event(**{field: None})) == (Fault(field, "missing"),)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("specversion", "0.3"),
        ("id", ""),
        ("id", 5),
        ("id", "x" * 513),
        ("id", "a\0b"),
        ("source", "no spaces"),
        ("type", "ticket.exploded"),
        ("time", "2026-11-21T09:30:00"),
        ("time", "0001-01-01T00:00:00+14:00"),
        ("time", "9999-12-31T23:59:59-14:00"),
        ("time", "yesterday"),
        ("subject", ["5158"]),
        ("data", []),
    ],
)
def test_a_wrong_field_is_named(field: str, value: object) -> None:
    assert [fault.field for fault in faults(SINGLE, an_event(**{field: value}))] == [field]


def test_a_nul_character_is_named_wherever_it_stands() -> None:
    tagged = an_event(data={"tags": ["fine", "bro\0ken"]})

    assert faults(SINGLE, tagged) == (Fault("data.tags[1]", "contains a NUL character"),)
    assert read_events(SINGLE, json.dumps(an_event(id="back\\u0000slash")).encode())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b'"text"',
        b"\xff\xfe{}",
        b"[" * 100_000,
        b'{"a":' * 20_000,
        b"[[" + b"[" * 5_000 + b"]" * 5_000 + b"]]",
        json.dumps(an_event(id="1"))[:-1].encode(),
        json.dumps(an_event()).encode().replace(b'"5158"', b'"\xc3\x28"'),
        json.dumps(an_event()).encode().replace(b'"5158"', b'"\\ud800"'),
        json.dumps(an_event()).encode().replace(b'"5158"', b'"\0"'),
    ],
)
@pytest.mark.parametrize("kind", [SINGLE, BATCH, "application/json"])
def test_a_body_that_is_no_json_or_no_event_is_a_fault_and_no_crash(kind: str, body: bytes) -> None:
    assert faults(kind, body)


def test_a_broken_element_does_not_hide_that_the_next_is_faulty_too() -> None:
    body = b"[%s,%s]" % (json.dumps(an_event(id="\xe9"), ensure_ascii=False).encode("latin-1"), b"{}")

    assert [fault.index for fault in faults(BATCH, body)] == [0, 1]


def test_application_json_is_one_event_or_a_batch() -> None:
    one, two = json.dumps(an_event()).encode(), json.dumps([an_event(), an_event()]).encode()

    assert [len(read_events("application/json", body)) for body in (one, b" \n" + two, b"[]")] == [1, 2, 0]


def test_a_batch_and_an_event_have_a_largest_size() -> None:
    full = [an_event(id=str(n)) for n in range(MAX_EVENTS)]
    heavy = an_event(ignored="x" * MAX_EVENT_BYTES)

    assert len(read_events(BATCH, msgspec.json.encode(full))) == MAX_EVENTS
    for kind, body in ((BATCH, [*full, an_event()]), (BATCH, [heavy]), (SINGLE, heavy)):
        with pytest.raises(PayloadTooLarge):
            read_events(kind, msgspec.json.encode(body))


def test_a_webhook_takes_events_of_its_own_source_only() -> None:
    headers = {"content-type": f"{BATCH}; charset=utf-8"}
    body = json.dumps([an_event(), an_event(source="other"), an_event(source="third")]).encode()

    with pytest.raises(PayloadInvalid) as caught:
        read(headers, body, datetime.now(UTC), ORIGIN)

    assert [(fault.index, fault.field) for fault in caught.value.faults] == [(1, "source"), (2, "source")]


def test_a_reason_is_short_even_where_the_value_is_long() -> None:
    (fault,) = faults(SINGLE, an_event(type="x" * 100_000))

    assert fault.field == "type"
    assert len(fault.reason) <= 200
