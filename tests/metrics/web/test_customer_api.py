"""What is held about one customer, over HTTP."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from harness.telling import Telling, changed, created, event, wrote
from privacy.pseudonym import customer_hash

Replica = Callable[..., FlaskClient]
BOB = customer_hash("bob@example.org", b"the-hash-key")
EVE = customer_hash("eve", b"the-hash-key")


@pytest.fixture
def filled(telling: Telling) -> Telling:
    telling.tell(
        created("1", "2026-11-01T09:00:00Z", requester=BOB, contact="sealed-bob"),
        wrote("1", "2026-11-01T09:10:00Z", "customer", BOB),
        created("2", "2026-11-01T09:00:00Z", requester=EVE, contact="sealed-eve"),
        wrote("2", "2026-11-01T09:30:00Z", "customer", BOB),
        created("3", "2026-11-01T09:00:00Z", requester=BOB),
        changed("3", "2026-11-01T10:00:00Z", requester=EVE),
        created("4", "2026-11-01T09:00:00Z", requester=EVE),
    )
    return telling


def held(web: FlaskClient, customer: str) -> Any:
    answer = web.get(f"/api/v1/customers/{quote(customer, safe='')}")
    assert answer.status_code == 200, answer.text
    return answer.json


@pytest.mark.parametrize("customer", ["bob@example.org", BOB])
def test_every_ticket_that_knows_the_customer_is_told_with_the_roles(
    web: FlaskClient, filled: Telling, customer: str
) -> None:
    found = held(web, customer)

    assert BOB in found["hashes"]
    assert found["erased_at"] is None
    assert [(t["ticket"], t["roles"], t["has_address"]) for t in found["tickets"]] == [
        ("acme/1", ["requester", "author"], True),
        ("acme/2", ["author"], False),
        ("acme/3", ["requester"], False),
    ]
    assert found["tickets"][0]["facts"]["replies"]["customer"] == 1


def test_facts_of_a_ticket_never_say_who_asked_nor_where_to_write(web: FlaskClient, filled: Telling) -> None:
    facts = web.get("/api/v1/tickets/acme/1").json
    assert facts

    assert held(web, BOB)["tickets"][0]["facts"].keys() == facts.keys()
    assert not {"requester", "contact", "credited"} & facts.keys()
    assert "sealed" not in web.get(f"/api/v1/customers/{BOB}").text


def test_after_an_erasure_nothing_is_held_but_that_it_happened(web: FlaskClient, filled: Telling) -> None:
    filled.tell(event("customer.erased", BOB, "2026-11-02T00:00:00Z"))

    found = held(web, "bob@example.org")

    assert (found["tickets"], found["erased_at"]) == ([], "2026-11-02T00:00:00Z")
    assert [t["ticket"] for t in held(web, "eve")["tickets"]] == ["acme/2", "acme/3", "acme/4"]


def test_what_looks_like_a_hash_may_also_be_a_helpdesks_id(web: FlaskClient, telling: Telling) -> None:
    uuid = "0123456789abcdef" * 2
    as_id = customer_hash(uuid, b"the-hash-key")
    telling.tell(
        created("1", "2026-11-01T09:00:00Z", requester=uuid),
        created("2", "2026-11-01T09:00:00Z", requester=as_id),
    )

    found = held(web, uuid)

    assert found["hashes"] == [uuid, as_id]
    assert [ticket["ticket"] for ticket in found["tickets"]] == ["acme/1", "acme/2"]


def test_of_somebody_unknown_nothing_is_held(web: FlaskClient, filled: Telling) -> None:
    assert held(web, "nobody/at all?")["tickets"] == []


def test_without_the_key_customers_are_known_by_their_hash_alone(replica: Replica, filled: Telling) -> None:
    web = replica(hash_key=None)

    assert len(held(web, BOB)["tickets"]) == 3
    refused = web.get("/api/v1/customers/bob@example.org")
    assert refused.status_code == 404
    assert "DESKPULSE_HASH_KEY" in refused.text


def test_it_needs_the_token_and_knows_no_parameters(web: FlaskClient) -> None:
    assert web.get(f"/api/v1/customers/{BOB}", headers={"Authorization": ""}).status_code == 401
    assert web.get(f"/api/v1/customers/{BOB}?as_of=now").status_code == 400
