"""Events to and from their wire form."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from events.codec import (
    EventInvalid,
    decode,
    decode_desk_event,
    decode_feedback_event,
    decode_ticket_event,
    encode,
    key,
)
from events.topics import EVENTS, FEEDBACK, topics_of
from events.types import TicketAbsorbed

Wire = dict[str, Any]
Changed = Callable[[str, str, Any], Wire]

ABSORBED = {
    "specversion": "1.0",
    "id": "m1",
    "source": "acme",
    "type": "ticket.absorbed",
    "subject": "2",
    "time": "2026-11-21T09:30:00Z",
    "data": {"merged": "1", "revision": 3, "waiting_since": "2026-11-21T09:00:00Z"},
}

WRONG = [
    ("ticket.created", "specversion", "2.0"),
    ("ticket.created", "id", ""),
    ("ticket.created", "id", 7),
    ("ticket.created", "id", "x" * 513),
    ("ticket.created", "source", "acme zendesk"),
    ("ticket.created", "source", "acme/zendesk"),
    ("ticket.created", "source", "acme-zendesk\n"),
    ("ticket.created", "source", "-acme"),
    ("ticket.created", "source", "a" * 101),
    ("ticket.created", "source", None),
    ("ticket.created", "subject", ""),
    ("ticket.created", "subject", 5158),
    ("ticket.created", "type", "ticket.exploded"),
    ("ticket.created", "type", None),
    ("ticket.created", "type", 5),
    ("ticket.created", "time", "2026-11-21T09:30:00"),
    ("ticket.created", "time", "yesterday"),
    ("ticket.created", "time", 1_790_000_000),
    ("ticket.created", "time", "2026-02-30T09:30:00Z"),
    ("ticket.created", "time", "0001-01-01T00:00:00Z"),
    ("ticket.created", "time", "0001-01-01T00:00:00+14:00"),
    ("ticket.created", "time", "1969-12-31T23:59:59.999999Z"),
    ("ticket.created", "time", "2200-01-01T00:00:00Z"),
    ("ticket.created", "time", "9999-12-31T23:59:59-14:00"),
    ("ticket.created", "timequality", "guessed"),
    ("ticket.created", "data", None),
    ("ticket.created", "data", []),
    ("ticket.created", "data.status", "solved"),
    ("ticket.created", "data.status", None),
    ("ticket.created", "data.priority", "p1"),
    ("ticket.created", "data.team", ""),
    ("ticket.created", "data.team", "x" * 257),
    ("ticket.created", "data.tags", "vip"),
    ("ticket.created", "data.outbound", "yes"),
    ("ticket.changed", "data.assignee", {"id": "ayse"}),
    ("ticket.commented", "data.author", "ayse"),
    ("ticket.commented", "data.author.kind", "robot"),
    ("ticket.commented", "data.author.id", 7),
    ("ticket.commented", "data.public", 1),
    ("ticket.handed_off", "data.to", None),
    ("ticket.merged", "data.into", ""),
    ("ticket.merged", "data.into", "5158"),
    ("ticket.deleted", "data.reason", "boredom"),
    ("feedback.rated", "data.score", -1),
    ("feedback.rated", "data.score", 4.5),
    ("feedback.rated", "data.scale", 1),
    ("feedback.rated", "data.survey", "stars"),
    ("feedback.rated", "data.question", "csat.answer.all.5"),
    ("feedback.rated", "data.question", "$where"),
    ("feedback.rated", "data.question", "loyalty\n"),
    ("feedback.mentioned", "data.text", None),
    ("feedback.exited", "data.customer", ""),
    ("customer.acted", "data.amount", "99"),
    ("customer.acted", "data.pages", -1),
    ("employee.reported", "data.score", "high"),
]

UNREADABLE = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'"text"',
    b"\xff\xfe{}",
    b'{"id": "\xff"}',
    b'{"id": "\\ud800"}',
    b'{"id": "\\udc00\\ud800"}',
    b'{"a":' * 100_000,
    b"[" * 100_000,
    b'{"id": "x"} {"id": "y"}',
    b'{"id": "x",}',
    b"\xef\xbb\xbf{}",
]


def raw(event: Wire) -> bytes:
    return json.dumps(event).encode()


def refusal(body: bytes) -> EventInvalid:
    with pytest.raises(EventInvalid) as refused:
        decode(body)
    return refused.value


def test_an_event_of_each_type_keeps_all_that_it_says(example: Wire) -> None:
    event = decode(raw(example))

    assert json.loads(encode(event)) == example


def test_a_missing_field_is_named(missing: tuple[Wire, str]) -> None:
    event, path = missing

    refused = refusal(raw(event))

    assert (refused.field, refused.reason, str(refused)) == (path, "missing", f"{path}: missing")


def test_what_is_not_required_may_be_left_out(absent: tuple[Wire, str]) -> None:
    event, _ = absent

    # What has a default may come back, what has none must not.
    assert json.loads(encode(decode(raw(event)))).items() >= without_data(event).items()


def without_data(event: Wire) -> Wire:
    return {name: value for name, value in event.items() if name != "data"}


@pytest.mark.parametrize(("kind", "path", "value"), WRONG)
def test_a_wrong_field_is_named(kind: str, path: str, value: Any, changed: Changed) -> None:
    refused = refusal(raw(changed(kind, path, value)))

    assert refused.field == path
    assert refused.reason


def test_a_wrong_element_is_named_with_its_place(changed: Changed) -> None:
    assert refusal(raw(changed("ticket.created", "data.tags", ["vip", 5]))).field == "data.tags[1]"


@pytest.mark.parametrize("body", UNREADABLE, ids=lambda body: repr(body[:20]))
def test_what_is_no_json_object_is_refused_whole(body: bytes) -> None:
    refused = refusal(body)

    assert refused.field in ("", "type")
    assert refused.reason


@pytest.mark.parametrize("path", ["id", "subject", "data.team"])
@pytest.mark.parametrize("surrogate", [b"\\ud800", b"\\udc00x", b"\xed\xa0\x80"], ids=repr)
def test_a_lone_surrogate_is_refused(path: str, surrogate: bytes, changed: Changed) -> None:
    body = raw(changed("ticket.created", path, "HERE")).replace(b"HERE", surrogate)

    assert "JSON" in refusal(body).reason


def test_bytes_that_are_no_utf_8_are_refused(changed: Changed) -> None:
    body = raw(changed("ticket.created", "data.team", "HERE")).replace(b"HERE", "müşteri".encode("cp1254"))

    assert "utf-8" in refusal(body).reason


@pytest.mark.parametrize("time", ["1970-01-01T00:00:00Z", "2199-12-31T23:59:59.999999Z"])
def test_the_first_and_the_last_moment_are_accepted(time: str, changed: Changed) -> None:
    assert json.loads(encode(decode(raw(changed("ticket.created", "time", time)))))["time"] == time


def test_a_time_of_any_zone_is_the_same_instant(changed: Changed) -> None:
    here = decode(raw(changed("ticket.created", "time", "2026-11-21T12:30:00+03:00")))
    there = decode(raw(changed("ticket.created", "time", "2026-11-21T09:30:00Z")))

    assert here == there


def test_an_absorption_can_not_be_posted_but_is_read_from_the_topic() -> None:
    assert refusal(raw(ABSORBED)).field == "type"

    event = decode_ticket_event(raw(ABSORBED))

    assert isinstance(event, TicketAbsorbed)
    assert json.loads(encode(event)) == ABSORBED


def test_feedback_is_no_ticket_event_and_travels_on_a_topic_of_its_own(example: Wire) -> None:
    event = decode(raw(example))
    about_a_ticket = example["type"].startswith("ticket.")

    assert (EVENTS if about_a_ticket else FEEDBACK) in topics_of(event)
    if about_a_ticket:
        assert decode_ticket_event(raw(example)) == event
    else:
        with pytest.raises(EventInvalid):
            decode_ticket_event(raw(example))


def test_an_erasure_travels_to_whoever_may_know_the_customer(example: Wire) -> None:
    event = decode(raw(example))
    is_erasure = example["type"] == "customer.erased"

    assert len(topics_of(event)) == (2 if is_erasure else 1)
    if EVENTS in topics_of(event):
        assert decode_desk_event(raw(example)) == event
    else:
        with pytest.raises(EventInvalid):
            decode_desk_event(raw(example))
    if FEEDBACK in topics_of(event):
        assert decode_feedback_event(raw(example)) == event


def test_what_the_contract_does_not_know_never_travels(example: Wire) -> None:
    secret = "my card number is 4111"
    talkative = {**example, "body": secret, "data": {**example["data"], "html": {"text": [secret]}}}

    event = decode(raw(talkative))

    assert event == decode(raw(example))
    assert b"4111" not in encode(event)


def test_an_author_brings_no_more_than_kind_and_id(changed: Changed) -> None:
    talkative = {"kind": "agent", "id": "ayse", "email": "ayse@example.org"}

    assert b"example.org" not in encode(decode(raw(changed("ticket.commented", "data.author", talkative))))


def test_a_ticket_that_survives_itself_is_refused_by_the_worker_too(changed: Changed) -> None:
    wire = changed("ticket.merged", "data.into", changed("ticket.merged", "id", "m1")["subject"])

    with pytest.raises(EventInvalid, match=r"data\.into: a ticket can't be merged into itself"):
        decode_desk_event(json.dumps(wire).encode())


def test_the_key_of_an_event_is_its_ticket() -> None:
    assert key("acme-zendesk", "a/b") == "acme-zendesk/a/b"
