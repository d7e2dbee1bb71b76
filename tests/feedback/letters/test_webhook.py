"""Surveys that a helpdesk is told of, over a real HTTP receiver."""

import json
from collections.abc import Iterator

import pytest
from standardwebhooks.webhooks import Webhook as Verifier

from alerts.sender import wall_clock
from alerts.sinks import Unusable
from feedback.letters.way import Lost, NotSent
from feedback.letters.webhook import Webhook
from harness.alerting import SECRET
from harness.letters import MINUTE, Office, a_case, a_letter, link
from harness.receivers import HttpReceiver, http_receiver
from local import ports

LANE = "webhook:hooked"


@pytest.fixture
def hook() -> Iterator[HttpReceiver]:
    with http_receiver() as receiver:
        yield receiver


def to(hook: HttpReceiver, seconds: float = 10) -> Webhook:
    return Webhook(hook.url, SECRET, link, seconds=seconds)


def test_a_receiver_gets_the_link_and_can_verify_who_sent_it(office: Office, hook: HttpReceiver) -> None:
    office.clock.now = wall_clock()
    case = a_case(name="hooked", at=1_795_000_000_000_000)
    office.decide(case)

    assert office.courier(to(hook), LANE).turn()

    (request,) = hook.requests
    expires_at = case.surveys[0].expires_at
    assert expires_at is not None
    assert Verifier(SECRET).verify(request.body, request.headers) == {
        "type": "survey.ready",
        "id": "survey1",
        "source": "acme",
        "ticket": "5001",
        "survey": "hooked",
        "url": link("survey1", expires_at),
        "language": "tr",
        "expires_at": "2026-12-02T11:06:40Z",
    }
    assert request.headers["webhook-id"] == "survey1"
    assert office.survey().state == "sent"
    assert office.count("sent", "webhook") == 1


def test_a_reminder_says_so_under_an_id_of_its_own(office: Office, hook: HttpReceiver) -> None:
    office.decide(
        a_case(name="hooked", at=office.clock(), state="sent", sent_at=office.clock()), kind="reminder"
    )

    assert office.courier(to(hook), LANE).turn()

    body = json.loads(hook.requests[0].body)
    assert (body["type"], body["id"]) == ("survey.reminder", "survey1:reminder")
    assert office.survey().reminded


@pytest.mark.parametrize(
    ("status", "slow"), [(500, False), (503, False), (429, False), (302, True), (404, True)]
)
def test_an_answer_that_is_no_success_means_not_sent(hook: HttpReceiver, status: int, slow: bool) -> None:
    hook.status = status

    with pytest.raises(NotSent, match=f"HTTP {status}") as raised:
        to(hook).send(a_letter(a_case(name="hooked")), 1, lambda: None)

    assert raised.value.slow is slow


def test_nobody_at_home_means_not_sent() -> None:
    nobody = Webhook(f"http://127.0.0.1:{ports.free_port()}/T0KEN", SECRET, link)

    with pytest.raises(NotSent) as raised:
        nobody.send(a_letter(a_case(name="hooked")), 1, lambda: None)

    assert raised.value.cause == "ConnectionError"


def test_silence_leaves_it_unknown_and_a_second_one_has_the_same_id(
    office: Office, hook: HttpReceiver
) -> None:
    office.decide(a_case(name="hooked", at=office.clock()))
    hook.open.clear()
    hasty = to(hook, seconds=0.5)
    with pytest.raises(Lost):
        hasty.send(a_letter(a_case(2, "hooked")), 1, lambda: None)
    assert office.courier(hasty, LANE).turn()
    assert office.survey().uncertain == 1
    hook.open.set()

    office.clock.pass_by(MINUTE)
    assert office.courier(to(hook), LANE).turn()

    assert office.survey().state == "sent"
    own = [r.headers["webhook-id"] for r in hook.requests if r.headers["webhook-id"] == "survey1"]
    assert len(own) == 2


@pytest.mark.parametrize(
    ("url", "secret"), [("ftp://x.example", SECRET), ("https://", SECRET), ("https://x.example", "whsec_")]
)
def test_an_address_or_secret_that_is_none_is_refused_at_once(url: str, secret: str) -> None:
    with pytest.raises(Unusable):
        Webhook(url, secret, link)
