"""What of a customer leaves ingest."""

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from events.codec import decode, encode
from ingest.privacy import customer_hash, pseudonymise

KEY = b"key"


def travelled(kind: str, data: Mapping[str, object], subject: str = "5") -> Any:
    raw = {"specversion": "1.0", "id": "1", "source": "s", "type": kind, "subject": subject, "data": data}
    event = decode(msgspec.json.encode({**raw, "time": "2026-11-21T09:30:00Z"}))
    return msgspec.json.decode(encode(pseudonymise(event, KEY)))


@pytest.mark.parametrize(
    ("kind", "data", "path"),
    [
        ("ticket.created", {"requester": "bob", "outbound": True}, "requester"),
        ("ticket.changed", {"requester": "bob"}, "requester"),
        ("feedback.rated", {"survey": "csat", "score": 5, "customer": "bob"}, "customer"),
        ("feedback.mentioned", {"text": "fine", "channel": "x", "customer": "bob"}, "customer"),
        ("feedback.mentioned", {"text": "fine", "channel": "x", "author": "bob"}, "author"),
        ("feedback.exited", {"customer": "bob"}, "customer"),
        ("customer.acted", {"customer": "bob", "kind": "order"}, "customer"),
    ],
)
def test_a_customers_id_becomes_a_keyed_hash_and_nothing_else_changes(
    kind: str, data: dict[str, object], path: str
) -> None:
    assert travelled(kind, data)["data"] == {**data, path: customer_hash("bob", KEY)}


def test_a_customer_who_comments_is_hashed_but_an_agent_and_a_bot_are_not() -> None:
    def author(kind: str) -> object:
        return travelled("ticket.commented", {"author": {"kind": kind, "id": "bob"}})["data"]["author"]["id"]

    assert author("customer") == customer_hash("bob", KEY)
    assert [author("agent"), author("bot")] == ["bob", "bob"]


def test_the_address_of_a_customer_is_dropped() -> None:
    assert "contact" not in travelled("ticket.created", {"contact": "bob@example.org"})["data"]
    assert "contact" not in travelled("ticket.changed", {"contact": "bob@example.org"})["data"]


def test_what_is_absent_stays_absent_and_what_is_empty_stays_empty() -> None:
    assert travelled("ticket.changed", {"status": "open"})["data"] == {"status": "open"}
    assert travelled("ticket.changed", {"requester": None})["data"] == {"requester": None}
    assert travelled("ticket.commented", {"author": {"kind": "customer"}})["data"]["author"].get("id") is None


@pytest.mark.parametrize("kind", ["customer.acted", "feedback.exited"])
def test_a_subject_that_is_the_customer_is_hashed_as_well(kind: str) -> None:
    data = {"customer": "bob", "kind": "visit"}

    assert travelled(kind, data, subject="bob")["subject"] == customer_hash("bob", KEY)
    assert travelled(kind, data, subject="order 12")["subject"] == "order 12"


def test_a_ticket_whose_number_is_also_its_requesters_keeps_its_number() -> None:
    assert travelled("ticket.created", {"requester": "42"}, subject="42")["subject"] == "42"


def test_the_hash_is_the_first_32_hex_digits_of_hmac_sha256_over_the_id_alone() -> None:
    # printf bob | openssl dgst -sha256 -hmac key
    assert customer_hash("bob", b"key") == "3833c030dcb7a71082e35e243a0e50de"
