"""What Front really posts: bodies of others, read where they lie. Skipped where they don't."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

import msgspec
import pytest

from harness.sources import HASH_KEY, Case, Desk
from privacy.pseudonym import customer_hash
from runtime.config import Source

REAL: Final = Path(__file__).parents[3].parent / "shared/data/payloads/front"

Told: TypeAlias = Callable[[str], Sequence[dict[str, Any]]]

pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason="the real payloads lie beside the checkout")


@pytest.fixture(params=["front-app", "front-rule"])
def told(request: pytest.FixtureRequest) -> Told:
    """What came of a real body, signed by either scheme: the events as Kafka got them, without ids."""

    def tell(name: str) -> Sequence[dict[str, Any]]:
        case = Case("front", name, (REAL / name).read_bytes(), {}, Source(adapter="front"))
        desk = Desk(case)
        answer = desk.post(case.body, case.headers, scheme=request.param)
        assert answer.status_code == 202, answer.text
        events = [msgspec.json.decode(message.value) for message in desk.published]
        for event in events:
            del event["id"], event["specversion"], event["source"]
        return events

    return tell


def test_a_mail_older_than_its_conversation_is_the_creation_of_it(told: Told) -> None:
    assert told("inbound.json") == [
        {
            "type": "ticket.created",
            "subject": "2x9c5v",
            "time": "2018-02-11T00:33:23.872000Z",
            "timequality": "exact",
            "data": {
                "status": "open",
                "team": "inb_6j96",
                "assignee": None,
                "channel": "email",
                "tags": [],
                "requester": customer_hash("crd_62euuy", HASH_KEY),
                "outbound": False,
            },
        }
    ]


def test_archived_by_a_teammate_is_resolved(told: Told) -> None:
    assert told("archive.json") == [
        {
            "type": "ticket.changed",
            "subject": "cnv_keo696",
            "time": "2018-02-11T00:12:46.678000Z",
            "timequality": "exact",
            "data": {"status": "resolved"},
        },
        {
            "type": "ticket.created",
            "subject": "cnv_keo696",
            "time": "2018-02-11T00:11:14.673000Z",
            "timequality": "exact",
            "data": {"outbound": False},
        },
    ]
