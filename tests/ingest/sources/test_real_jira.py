"""What Jira really posts: bodies of others, read where they lie. Skipped where they don't."""

from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from events.codec import decode_ticket_event
from harness.sources import HASH_KEY, Case, Desk
from metrics.ticket.fold import fold
from metrics.ticket.state import State
from privacy.pseudonym import customer_hash
from runtime.config import Source

REAL: Final = Path(__file__).parents[3].parent / "shared/data/payloads/jira"
CREATED: Final = "webhook-issue-created.json"
UPDATED: Final = "webhook-issue-updated-{}.json"
SERVER: Final = ("webhook-server-comment-created.json", "webhook-server-issue-updated-commented-1.json")
BORN: Final = "2019-02-16T03:01:52.971000Z"

Wire = dict[str, Any]

pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason="the real payloads lie beside the checkout")


def body(name: str) -> Any:
    """The real body `name`."""
    return msgspec.json.decode((REAL / name).read_bytes())


def posted(*names: str, **config: Any) -> list[bytes]:
    """What Kafka got of the real bodies `names`, posted in this order."""
    desks = Desk(Case("jira", names[0], b"", {}, Source(adapter="jira", **config)))
    for name in names:
        answer = desks.post((REAL / name).read_bytes(), {"X-Atlassian-Webhook-Identifier": name})
        assert answer.status_code == 202, answer.text
    return [message.value for message in desks.published]


def told(*names: str, **config: Any) -> list[Wire]:
    """The events of `posted`, each id once."""
    events = {event["id"]: event for event in map(msgspec.json.decode, posted(*names, **config))}
    for event in events.values():
        assert (event.pop("source"), event.pop("specversion")) == ("desk", "1.0")
        assert event.pop("timequality") == "exact"
        assert event.pop("id")
    return list(events.values())


def folded(*names: str) -> State:
    """The state of the one ticket after all of the real bodies `names`."""
    events = [decode_ticket_event(value) for value in posted(*names)]
    return fold({event.id: event for event in events}.values())


def created(subject: str = "10040", time: str = BORN) -> Wire:
    """That the ticket exists since its creation, as every whole issue tells."""
    return {"type": "ticket.created", "subject": subject, "time": time, "data": {"outbound": False}}


def changed(time: str, **fields: Any) -> Wire:
    return {"type": "ticket.changed", "subject": "10040", "time": time, "data": fields}


def test_a_public_reply_on_a_stub_of_an_issue_is_one_comment() -> None:
    name = "webhook-cloud-comment-created.json"

    assert told(name) == [
        {
            "type": "ticket.commented",
            "subject": "10040",
            "time": "2019-02-16T03:11:18.321000Z",
            "data": {
                "author": {"kind": "agent", "id": body(name)["comment"]["author"]["accountId"]},
                "public": True,
                "comment_id": "10019",
            },
        }
    ]


def test_an_edit_of_a_comment_is_no_second_reply() -> None:
    assert told("webhook-cloud-comment-updated.json") == []


def test_a_creations_initial_values_are_no_transitions() -> None:
    shown = body(CREATED)["issue"]

    assert told(CREATED) == [
        {
            "type": "ticket.created",
            "subject": "10040",
            "time": BORN,
            "data": {
                "status": "new",
                "priority": "high",
                "assignee": None,
                "category": "Story",
                "tags": ["test-label", "COMP-1"],
                "requester": customer_hash(shown["fields"]["reporter"]["accountId"], HASH_KEY),
                "url": shown["self"].split("/rest/")[0] + "/browse/TES-41",
                "outbound": False,
            },
        }
    ]


def test_three_changes_in_one_delivery_tell_the_one_that_a_ticket_has_and_no_text_of_the_others() -> None:
    name = UPDATED.format("multiple-values")
    items = body(name)["changelog"]["items"]

    assert [item["fieldId"] for item in items] == ["fixVersions", "assignee", "customfield_10072"]
    assert told(name) == [changed("2019-02-16T03:07:51.789000Z", assignee=items[1]["to"]), created()]
    assert not any(items[2]["toString"].encode() in value for value in posted(name))


def test_resolution_and_status_together_are_one_resolution() -> None:
    name = UPDATED.format("resolved")

    assert told(name) == [changed("2019-02-16T03:15:40.507000Z", status="resolved"), created()]
    assert [cycle.resolved is not None for cycle in folded(CREATED, name).cycles] == [True]


def test_resolution_and_status_taken_back_together_are_one_reopening() -> None:
    names = CREATED, UPDATED.format("resolved"), UPDATED.format("reopened")

    assert told(names[2]) == [changed("2019-02-16T03:17:06.531000Z", status="new"), created()]
    assert len(folded(*names).cycles) == 2
    assert folded(*names) == folded(*reversed(names), *names)


def test_an_assignment_names_the_account_although_the_changelog_has_an_old_key() -> None:
    name = UPDATED.format("assigned")
    account = body(name)["issue"]["fields"]["assignee"]["accountId"]

    assert body(name)["changelog"]["items"][0]["to"] != account
    assert told(name) == [changed("2019-02-16T03:18:01.752000Z", assignee=account), created()]
    assert told(name, agents={account: "selin"})[0]["data"] == {"assignee": "selin"}


def test_a_priority_is_raised() -> None:
    assert told(UPDATED.format("raised-priority")) == [
        changed("2019-02-16T21:15:16.080000Z", priority="high"),
        created(),
    ]


def test_from_resolved_to_closed_is_no_new_resolution() -> None:
    name = "webhook-server-issue-updated-closed.json"

    (event, known) = told(name)

    assert event == {
        "type": "ticket.changed",
        "subject": "10300",
        "time": "2019-08-14T03:07:58.358000Z",
        "data": {"status": "closed"},
    }
    assert known == created("10300", "2019-08-12T22:14:23.580000Z")


@pytest.mark.parametrize("names", [SERVER, SERVER[::-1]], ids=["as sent", "in disorder"])
def test_the_same_comment_in_two_deliveries_is_one_comment(names: tuple[str, str]) -> None:
    events = told(*names)

    assert [event for event in events if event["type"] == "ticket.commented"] == [
        {
            "type": "ticket.commented",
            "subject": "10013",
            "time": "2019-06-04T00:15:17.234000Z",
            "data": {
                "author": {"kind": "agent", "id": body(SERVER[0])["comment"]["author"]["key"]},
                "public": True,
                "comment_id": "10082",
            },
        }
    ]
    assert len(events) == 2
    assert created("10013", "2018-05-15T11:39:29.303000Z") in events
    assert folded(*names).agent_replies == 1


def test_both_deliveries_of_a_comment_have_the_same_content() -> None:
    first, second = ([v for v in posted(name) if b"ticket.commented" in v] for name in SERVER)

    assert first == second


def test_every_real_body_is_accepted_and_tells_nobodys_name_or_address() -> None:
    for path in sorted(REAL.glob("*.json")):
        text = b"".join(posted(path.name))
        for private in (b"displayName", b"Test User", b"emailAddress", b"@", b"unik", b"summary"):
            assert private not in text, path.name
