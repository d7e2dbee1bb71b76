"""What of a customer leaves ingest."""

from base64 import b64decode
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from nacl.public import PrivateKey, SealedBox

from events.codec import decode, encode
from harness.leaks import leaks
from ingest.privacy import Privacy, pseudonymise
from privacy.pseudonym import customer_hash
from privacy.seal import new_key_pair, sealer

KEY = b"key"
PUBLIC, PRIVATE = new_key_pair()
WITH_KEY = Privacy(KEY, sealer(PUBLIC))
WITHOUT_KEY = Privacy(KEY)


def encoded(
    kind: str, data: Mapping[str, object], subject: str = "5", privacy: Privacy = WITHOUT_KEY
) -> bytes:
    raw = {"specversion": "1.0", "id": "1", "source": "s", "type": kind, "subject": subject, "data": data}
    event = decode(msgspec.json.encode({**raw, "time": "2026-11-21T09:30:00Z"}))
    return encode(pseudonymise(event, privacy))


def travelled(
    kind: str, data: Mapping[str, object], subject: str = "5", privacy: Privacy = WITHOUT_KEY
) -> Any:
    return msgspec.json.decode(encoded(kind, data, subject, privacy))


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


TICKETS = pytest.mark.parametrize("kind", ["ticket.created", "ticket.changed"])


@TICKETS
def test_without_a_key_the_address_of_a_customer_is_dropped(kind: str) -> None:
    assert "contact" not in travelled(kind, {"contact": "bob@example.org"})["data"]
    assert "contact" not in travelled(kind, {"contact": None})["data"]


@TICKETS
@pytest.mark.parametrize("contact", ["bob@example.org", "+905321234567", "ş" * 320])
def test_with_a_key_it_travels_sealed_and_nowhere_else(kind: str, contact: str) -> None:
    message = encoded(kind, {"contact": contact, "requester": contact[:256]}, privacy=WITH_KEY)
    sealed = msgspec.json.decode(message)["data"]["contact"]

    assert SealedBox(PrivateKey(b64decode(PRIVATE))).decrypt(b64decode(sealed)).decode() == contact
    assert leaks(message, [contact, contact.partition("@")[0]]) == []
    decode(message)
    assert travelled(kind, {"contact": contact}, privacy=WITH_KEY)["data"]["contact"] != sealed


@TICKETS
def test_what_is_longer_than_an_address_can_be_is_dropped_and_none_stays_none(kind: str) -> None:
    assert "contact" not in travelled(kind, {"contact": "a" * 321}, privacy=WITH_KEY)["data"]
    assert travelled(kind, {"contact": None}, privacy=WITH_KEY)["data"]["contact"] is None
    assert travelled(kind, {"contact": ""}, privacy=WITH_KEY)["data"]["contact"] is None
    assert "contact" not in travelled(kind, {"status": "open"}, privacy=WITH_KEY)["data"]


SAID = "Ben Ayşe, 0532 123 45 67, ayse@example.org, TR33 0006 1005 1978 6457 8413 26"
SECRETS = ["0532 123 45 67", "ayse@example.org", "TR33 0006 1005 1978 6457 8413 26", "gizli=1"]


@pytest.mark.parametrize(
    ("kind", "data", "field"),
    [
        ("feedback.rated", {"survey": "csat", "score": 1}, "comment"),
        ("feedback.mentioned", {"channel": "x"}, "text"),
        ("feedback.exited", {"customer": "bob"}, "reason"),
        ("feedback.exited", {"customer": "bob"}, "comment"),
        ("employee.reported", {"team": "billing"}, "comment"),
    ],
)
def test_what_people_wrote_travels_redacted(kind: str, data: dict[str, object], field: str) -> None:
    message = encoded(kind, {**data, field: SAID})

    assert msgspec.json.decode(message)["data"][field] == "Ben Ayşe, [phone], [e-mail], [iban]"
    assert leaks(message, SECRETS) == []


def test_the_link_to_a_mention_travels_without_query_and_user() -> None:
    def url(given: str | None) -> object:
        return travelled("feedback.mentioned", {"text": "", "channel": "x", "url": given})["data"]["url"]

    assert url("https://bob:pw@social.example/p/1?gizli=1#x") == "https://social.example/p/1"
    assert url(None) is None
    assert url("http://[bob") is None
    assert "url" not in travelled("feedback.mentioned", {"text": "", "channel": "x"})["data"]


def test_a_text_that_markers_lengthen_keeps_the_contracts_limit() -> None:
    text, reason = ("a@b.co " * 3000)[:20_000], ("a@b.co " * 40)[:256]
    message = encoded("feedback.exited", {"customer": "bob", "comment": text, "reason": reason})

    data = msgspec.json.decode(message)["data"]
    assert (len(data["comment"]), len(data["reason"])) == (20_000, 256)
    decode(message)
    path = "/a@b.co" * 290
    decode(encoded("feedback.mentioned", {"text": "", "channel": "x", "url": f"https://x.example{path}"}))


def test_what_is_absent_stays_absent_and_what_is_empty_stays_empty() -> None:
    assert travelled("ticket.changed", {"status": "open"})["data"] == {"status": "open"}
    assert travelled("ticket.changed", {"requester": None})["data"] == {"requester": None}
    assert travelled("ticket.commented", {"author": {"kind": "customer"}})["data"]["author"].get("id") is None


@pytest.mark.parametrize("kind", ["customer.acted", "feedback.exited"])
def test_a_subject_that_is_the_customer_is_hashed_as_well(kind: str) -> None:
    data = {"customer": "bob", "kind": "visit"}

    assert travelled(kind, data, subject="bob")["subject"] == customer_hash("bob", KEY)
    assert travelled(kind, data, subject="order 12")["subject"] == "order 12"


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("feedback.rated", {"survey": "csat", "score": 4, "customer": "bob"}),
        ("feedback.mentioned", {"text": "", "channel": "x", "customer": "bob"}),
        ("feedback.mentioned", {"text": "", "channel": "x", "author": "bob"}),
    ],
)
def test_so_is_that_of_what_a_customer_says(kind: str, data: dict[str, Any]) -> None:
    assert travelled(kind, data, subject="bob")["subject"] == customer_hash("bob", KEY)
    assert travelled(kind, data, subject="post 12")["subject"] == "post 12"


def test_an_answer_about_a_ticket_keeps_the_tickets_number() -> None:
    data = {"survey": "csat", "score": 4, "customer": "42", "ticket": "42"}

    assert travelled("feedback.rated", data, subject="42")["subject"] == "42"


def test_a_ticket_whose_number_is_also_its_requesters_keeps_its_number() -> None:
    assert travelled("ticket.created", {"requester": "42"}, subject="42")["subject"] == "42"


def test_the_hash_is_the_first_32_hex_digits_of_hmac_sha256_over_the_id_alone() -> None:
    # printf bob | openssl dgst -sha256 -hmac key
    assert customer_hash("bob", b"key") == "3833c030dcb7a71082e35e243a0e50de"
