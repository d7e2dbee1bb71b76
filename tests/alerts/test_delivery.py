"""Alerts on their way to a real SMTP server and a real HTTP receiver, which fail, hang and recover."""

import json
from collections.abc import Iterator

import pytest
from standardwebhooks.webhooks import Webhook

from alerts.routes import Destination, Routing
from alerts.sender import wall_clock
from alerts.sinks import Bounded, Undelivered, sink
from events.instants import SECOND
from harness.alerting import HOUR, MINUTE, SECRET, Office, Open, all_to, an_alert
from harness.receivers import Delivery, HttpReceiver, Mailbox, http_receiver, mailbox
from harness.wait import until
from local import ports


@pytest.fixture
def hook() -> Iterator[HttpReceiver]:
    with http_receiver() as receiver:
        yield receiver


@pytest.fixture
def mail() -> Iterator[Mailbox]:
    with mailbox() as box:
        yield box


def to_hook(receiver: HttpReceiver) -> Routing:
    return all_to(Destination("HOOK", receiver.url, SECRET))


def told(deliveries: list[Delivery]) -> list[str]:
    return [alert["ticket"] for one in deliveries for alert in json.loads(one.body)["alerts"]]


def test_a_mail_tells_what_is_broken_and_where(open_office: Open, mail: Mailbox) -> None:
    office = open_office(all_to(Destination("MAIL", mail.url)))
    office.tell(an_alert("1"), an_alert("2", stage="due_soon"))

    assert office.courier("MAIL").turn()

    (message,) = mail.messages
    content = message.get_body(("plain",))
    assert content is not None
    assert message["subject"] == "SLA: 1 broken, 1 due soon (billing)"
    assert "https://desk.example.com/tickets/1" in content.get_content()
    assert office.states() == {"1 breached MAIL": "sent", "2 due_soon MAIL": "sent"}
    assert office.value("helpdesk_alerts_sent_total", stage="breached") == 1
    assert office.value("helpdesk_alerts_sent_total", stage="recovered") == 0


def test_a_mail_server_that_was_busy_gets_each_alert_once(open_office: Open, mail: Mailbox) -> None:
    office = open_office(all_to(Destination("MAIL", mail.url)))
    courier = office.courier("MAIL")
    office.tell(an_alert("1"))
    mail.busy = True
    assert courier.turn()
    assert not courier.turn()
    mail.busy = False

    office.clock.pass_by(10 * SECOND)
    assert courier.turn()
    office.clock.pass_by(HOUR)

    assert not courier.turn()
    assert (mail.turned_away, len(mail.messages)) == (1, 1)
    assert office.value("helpdesk_alerts_failed_total", destination="MAIL") == 1
    assert office.value("helpdesk_alerts_pending", destination="MAIL") == 0


def test_a_long_message_arrives_whole(open_office: Open, mail: Mailbox) -> None:
    office = open_office(all_to(Destination("MAIL", mail.url)))
    names = [f"{n:03}-{'x' * 190}" for n in range(50)]
    office.tell(*(an_alert(name, url=f"https://desk.example.com/{name * 3}") for name in names))

    assert office.courier("MAIL").turn()

    bodies = [message.get_body(("plain",)) for message in mail.messages]
    text = "".join(body.get_content() for body in bodies if body is not None)
    assert len(mail.messages) > 1
    assert all(name in text.replace("\n", "") for name in names)


def test_a_receiver_can_verify_who_sent_it(open_office: Open, hook: HttpReceiver) -> None:
    office = open_office(to_hook(hook))
    office.clock.now = wall_clock()
    office.tell(an_alert())

    assert office.courier("HOOK").turn()

    (request,) = hook.requests
    verified = Webhook(SECRET).verify(request.body, request.headers)
    assert verified == json.loads(request.body)
    assert request.headers["content-type"] == "application/json"


def test_a_receiver_that_failed_gets_each_alert_once_when_it_recovers(
    open_office: Open, hook: HttpReceiver
) -> None:
    office = open_office(to_hook(hook))
    courier = office.courier("HOOK")
    hook.status = 503
    for ticket in ("1", "2", "3"):
        office.tell(an_alert(ticket))
        courier.turn()
        office.clock.pass_by(2 * MINUTE)
    hook.status = 200

    for _ in range(10):
        courier.turn()
        office.clock.pass_by(2 * MINUTE)

    assert told(hook.accepted) == ["1", "2", "3"]
    assert len(hook.accepted) == 2
    assert {request.headers["webhook-id"] for request in hook.requests[:4]} == {
        hook.accepted[0].headers["webhook-id"]
    }
    assert set(office.states().values()) == {"sent"}


@pytest.mark.parametrize("status", [302, 400, 404, 410])
def test_an_answer_that_will_hardly_change_is_asked_for_less_often(
    status: int, open_office: Open, hook: HttpReceiver
) -> None:
    office = open_office(to_hook(hook))
    office.tell(an_alert())
    hook.status = status
    courier = office.courier("HOOK")

    assert courier.turn()
    office.clock.pass_by(15 * MINUTE - 1)
    assert not courier.turn()
    office.clock.pass_by(4 * MINUTE)
    assert courier.turn()

    assert [request.status for request in hook.requests] == [status, status]


@pytest.mark.parametrize("status", [408, 429, 500])
def test_an_answer_that_may_change_soon_is_asked_for_soon(
    status: int, open_office: Open, hook: HttpReceiver
) -> None:
    office = open_office(to_hook(hook))
    office.tell(an_alert())
    hook.status = status
    courier = office.courier("HOOK")

    assert courier.turn()
    office.clock.pass_by(10 * SECOND)

    assert courier.turn()


def test_a_try_that_hangs_ends_and_the_group_comes_again_under_its_id(
    open_office: Open, hook: HttpReceiver
) -> None:
    office = open_office(to_hook(hook))
    office.tell(an_alert())
    courier = office.courier("HOOK", Bounded(sink(office.routing.destinations["HOOK"]), seconds=0.2))
    hook.open.clear()

    assert courier.turn()
    until(lambda: hook.arrived, 10, "the first try")
    office.clock.pass_by(MINUTE)
    assert courier.turn()
    assert hook.arrived == 1, "while the first try hangs there is no second"
    assert office.states() == {"5158 breached HOOK": "pending"}
    hook.open.set()
    office.clock.pass_by(MINUTE)
    _turn_until_sent(office, courier.turn)

    assert len({request.headers["webhook-id"] for request in hook.requests}) == 1
    assert office.states() == {"5158 breached HOOK": "sent"}


def test_no_address_and_no_secret_is_ever_logged(
    open_office: Open,
    hook: HttpReceiver,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    nobody = ports.free_port()
    destinations = [
        Destination("MAIL", f"mailto://S3CRET:S3CRET@127.0.0.1:{nobody}?from=a@example.com&to=b@example.com"),
        Destination("CHAT", f"json://S3CRET:S3CRET@127.0.0.1:{nobody}/S3CRET"),
        Destination("DEAD", f"http://127.0.0.1:{nobody}/S3CRET", SECRET),
        Destination("HOOK", hook.url, SECRET),
    ]
    office = open_office(all_to(*destinations))
    office.tell(an_alert())
    hook.status = 500

    causes = {}
    for destination in destinations:
        assert office.courier(destination.name).turn()
        claim = office.outbox.claim(destination.name, office.clock() + HOUR)
        assert claim is not None
        with pytest.raises(Undelivered) as raised:
            sink(destination).send(claim.group, office.clock())
        causes[destination.name] = raised.value.cause

    assert causes == {
        "MAIL": "Apprise: FAILURE",
        "CHAT": "Apprise: FAILURE",
        "DEAD": "ConnectionError",
        "HOOK": "HTTP 500",
    }
    said = caplog.text + "".join(capfd.readouterr())
    assert "alerts not sent" in said
    for secret in ("S3CRET", "TOKEN-IN-PATH", SECRET):
        assert secret not in said


def _turn_until_sent(office: Office, turn: object) -> None:
    assert callable(turn)
    for _ in range(200):
        turn()
        if set(office.states().values()) == {"sent"}:
            return
        office.clock.pass_by(20 * MINUTE)
    raise AssertionError(office.states())
