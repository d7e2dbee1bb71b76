"""What of a body may be kept: all that it takes to read it again, and nobody's words."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from harness.leaks import leaks
from harness.sources import Case, every_case, wire
from ingest.sources.contract import PayloadInvalid
from ingest.unread.mask import masked_body, masked_headers

PERSONAL = frozenset(("contact", "comment", "url"))
# The names of a team and of a status, and ids, without which nothing could be read again.
OF_THE_TOOL = {"Money matters", "Waiting for parts", "qm:deniz", "qm:ece", "JIRAUSER10200"}
# Its author's only id is an address.
UNREADABLE = {"jira/server_comment_by_anybody"}
# The issue is another one's now: without that one's address, the former one's must not stay.
TAKEN_BACK: dict[str, set[str | None]] = {"jira/reporter_changed": {None}}
# There is nothing to it but what somebody wrote.
WORDS_ALONE = {"typeform/mentioned"}
BODY: dict[str, Any] = {
    "event": "note added",
    "ticket": {
        "id": "4711",
        "number": 17,
        "subject": "Fatura yanlış",
        "status": {"id": 3, "name": "Waiting for customer"},
        "tags": ["vip", "late payment"],
        "updated_at": "2026-03-02T09:30:00Z",
        "customer": {"id": 55, "name": "Ayşe", "email": "ayse@example.test", "locale": "tr"},
        "status_message": "Please help me, Ayşe",
        "assignee": "selin@example.test",
    },
    "article": {"body": "My card is 4111 1111 1111 1111", "internal": False, "sender": "Customer"},
}


def test_ids_words_and_times_stay_and_texts_become_empty() -> None:
    masked = msgspec.json.decode(masked_body(msgspec.json.encode(BODY)) or b"")

    assert masked == {
        "event": "note added",
        "ticket": {
            "id": "4711",
            "number": 17,
            "subject": "",
            "status": {"id": 3, "name": "Waiting for customer"},
            "tags": ["vip", "late payment"],
            "updated_at": "2026-03-02T09:30:00Z",
            "customer": {"id": 55, "name": "", "locale": "tr"},
            "status_message": "",
            "assignee": "",
        },
        "article": {"body": "", "internal": False, "sender": "Customer"},
    }


def test_headers_that_say_what_it_is_stay_and_those_that_prove_go() -> None:
    headers = {
        "x-github-event": "issues",
        "x-github-delivery": "d-1",
        "x-hub-signature-256": "sha256=00",
        "authorization": "Bearer x",
        "x-desk": "the secret",
        "x-forwarded-for": "192.0.2.7",
        "x-original-uri": "/webhooks/desk/the-secret-in-the-path",
        "x-webhook-password": "hunter2",
        "content-type": "application/json",
        "cookie": "a=b",
    }

    assert masked_headers(headers, "X-Desk") == {
        "x-github-event": "issues",
        "x-github-delivery": "d-1",
        "content-type": "application/json",
    }


@pytest.mark.parametrize("case", list(every_case()), ids=str)
def test_nobodys_words_are_kept_but_ids_and_the_words_of_the_tool(case: Case) -> None:
    kept = masked_body(case.body) or b""

    assert set(leaks(kept, case.private)) <= OF_THE_TOOL


@pytest.mark.parametrize("case", list(every_case()), ids=str)
def test_a_masked_delivery_says_the_same_but_for_what_people_wrote(case: Case) -> None:
    headers = masked_headers({name.lower(): value for name, value in case.headers.items()}, "x-api-key")
    masked = replace(case, body=masked_body(case.body) or b"", headers=headers)

    if str(case) in UNREADABLE:
        with pytest.raises(PayloadInvalid):
            masked.read()
    else:
        assert meaning(masked) == ([] if str(case) in WORDS_ALONE else meaning(case))
        assert contacts(masked) <= contacts(case) | TAKEN_BACK.get(str(case), set())


def meaning(case: Case) -> list[Any]:
    """What the case tells, without texts and addresses, and without ids, which are made of all of it."""
    return [
        (
            event["type"],
            event["subject"],
            event["time"],
            {name: value for name, value in event["data"].items() if name not in PERSONAL},
        )
        for event in wire(case.read().events)
    ]


def contacts(case: Case) -> set[str | None]:
    """The addresses that the case tells, None where it says that there is none."""
    data = [event["data"] for event in wire(case.read().events)]
    return {fields["contact"] for fields in data if "contact" in fields}


def test_numbers_of_persons_names_among_members_and_made_up_fields_go() -> None:
    body = {
        "phone": 905551112233,
        "api_key": "k7",
        "customfield_10010": "Kaya",
        "tags_by_person": {"ayse@example.test": ["vip"]},
        "team": [{"name": "Kaya", "firstname": "Ayse", "href": "/front/user.form.php?id=82"}],
        "items": [{"field": "assignee", "toString": "Kaya"}, {"field": "status", "toString": "In Progress"}],
    }

    assert msgspec.json.decode(masked_body(msgspec.json.encode(body)) or b"") == {
        "phone": 0,
        "api_key": "",
        "customfield_10010": "",
        "tags_by_person": {},
        "team": [{"name": "", "firstname": "", "href": "/front/user.form.php?id=82"}],
        "items": [{"field": "assignee", "toString": ""}, {"field": "status", "toString": "In Progress"}],
    }
