"""A letter from its decision to its end, over a real mail server that fails in every way."""

from typing import Any

import pytest
from msgspec.structs import replace
from pymongo.errors import AutoReconnect

from harness.letters import (
    ADDRESS,
    DAY,
    PRIVATE,
    PUBLIC,
    SECRET_LINK,
    Office,
    a_case,
    a_letter,
    by_mail,
    turn_all,
)
from harness.mail_server import DROP, MailServer
from privacy.seal import new_key_pair, sealer


def totals(office: Office) -> dict[str, Any]:
    """What the durable totals say of surveys."""
    found: dict[str, Any] = {}
    for _, measures in office.store.totals.read(None, None, [], {}):
        found |= measures.get("surveys", {}).get("csat", {})
    return found


def test_a_survey_reaches_its_customer_once_and_is_sent(office: Office, mails: MailServer) -> None:
    case = a_case(at=office.clock())
    office.decide(case)
    began = office.clock()

    turn_all(office, mails)

    survey = office.survey()
    assert mails.recipients == ["customer1@customer.example"]
    assert (survey.state, survey.sent_at, survey.uncertain) == ("sent", began, 0)
    assert survey.remind_at == case.surveys[0].remind_at
    assert office.states() == {"survey1": "sent"}
    assert "contact" not in office.letters()["survey1"]
    assert totals(office) == {"sent": 1}
    assert (office.count("sent"), office.count("failed"), office.count("uncertain")) == (1, 0, 0)


def test_a_reminder_is_sent_once_and_noted(office: Office, mails: MailServer) -> None:
    case = a_case(at=office.clock(), state="sent", sent_at=office.clock())
    office.decide(case, kind="reminder")

    turn_all(office, mails)

    assert mails.messages[0]["subject"].startswith("Hatırlatma")
    assert office.states() == {"survey1:reminder": "sent"}
    assert office.survey().reminded
    assert office.survey().sent_at == case.surveys[0].sent_at


@pytest.mark.parametrize("step", ["GREETING", "MAIL", "RCPT", "DATA", "DOT"])
def test_a_server_that_refused_for_a_while_gets_the_mail_once(
    office: Office, mails: MailServer, step: str
) -> None:
    office.decide(a_case(at=office.clock()))
    mails.answers[step] = "451 later"
    turn_all(office, mails, times=3)
    assert mails.messages == []
    mails.answers.clear()

    turn_all(office, mails)

    assert len(mails.messages) == 1
    assert (office.survey().state, office.survey().uncertain) == ("sent", 0)
    assert (office.count("sent"), office.count("failed"), office.count("uncertain")) == (1, 3, 0)


def test_tries_come_ever_more_seldom(office: Office, mails: MailServer) -> None:
    office.decide(a_case(at=office.clock()))
    mails.answers["GREETING"] = "421 closed"
    courier = office.courier(by_mail(mails.url))
    pauses = []
    for _ in range(10):
        assert courier.turn()
        assert not courier.turn()
        next_at = office.letters()["survey1"]["next_at"]
        pauses.append((next_at - office.clock()) / 1_000_000)
        office.clock.now = next_at

    assert 5 <= pauses[0] <= 6.25
    assert all(900 <= length <= 1125 for length in pauses[8:])
    assert pauses[:8] == sorted(pauses[:8])


@pytest.mark.parametrize("step", ["RCPT", "DATA", "DOT"])
def test_a_mail_refused_for_good_is_withheld(office: Office, mails: MailServer, step: str) -> None:
    office.decide(a_case(at=office.clock()))
    mails.answers[step] = "550 5.1.1 nobody"

    turn_all(office, mails)

    survey = office.survey()
    assert (survey.state, survey.reason, survey.sent_at) == ("withheld", "undeliverable", None)
    assert office.states() == {"survey1": "undeliverable"}
    assert "contact" not in office.letters()["survey1"]
    assert totals(office) == {"withheld": {"undeliverable": 1}}
    assert (office.count("undeliverable"), office.count("failed")) == (1, 0)


def test_a_contact_that_is_no_address_is_withheld_for_that(office: Office, mails: MailServer) -> None:
    case = a_case(at=office.clock())
    assert case.ticket is not None
    bad = sealer(PUBLIC)("x\r\nRCPT TO:<all@customer.example>")
    office.decide(replace(case, ticket=replace(case.ticket, contact=bad)))

    turn_all(office, mails)

    assert (office.survey().state, office.survey().reason) == ("withheld", "no_address")
    assert mails.messages == []


def test_an_address_sealed_for_another_key_waits_for_the_key(office: Office, mails: MailServer) -> None:
    case = a_case(at=office.clock())
    assert case.ticket is not None
    foreign = sealer(new_key_pair()[0])(ADDRESS)
    office.decide(replace(case, ticket=replace(case.ticket, contact=foreign)))

    turn_all(office, mails, times=2)

    assert office.states() == {"survey1": "waiting"}
    assert office.survey().state == "ready"


def test_nothing_is_sent_after_the_survey_expired(office: Office, mails: MailServer) -> None:
    office.decide(a_case(at=office.clock()))
    mails.answers["GREETING"] = "421 closed"
    turn_all(office, mails, times=2)
    mails.answers.clear()
    office.clock.pass_by(14 * DAY)

    turn_all(office, mails)

    assert mails.messages == []
    assert (office.survey().state, office.survey().reason) == ("withheld", "too_late")
    assert office.states() == {"survey1": "expired"}
    assert "contact" not in office.letters()["survey1"]
    assert office.count("undeliverable") == 1


def test_a_result_that_couldnt_be_stored_is_stored_before_anything_else_is_sent(
    office: Office, mails: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.decide(a_case(1, at=office.clock()), a_case(2, at=office.clock()))
    courier = office.courier(by_mail(mails.url))

    def away(*_: object) -> None:
        raise AutoReconnect("the store is away")

    with monkeypatch.context() as patched:
        patched.setattr(office.store, "transact", away)
        for _ in range(3):
            with pytest.raises(AutoReconnect):
                courier.turn()
    assert len(mails.messages) == 1
    turn_all(office, mails, times=1)
    while courier.turn():
        pass

    assert sorted(mails.recipients) == ["customer1@customer.example", "customer2@customer.example"]
    assert [office.survey(number).state for number in (1, 2)] == ["sent", "sent"]
    assert (office.count("sent"), office.count("uncertain")) == (2, 0)


def test_no_address_and_no_link_is_ever_logged(
    office: Office, mails: MailServer, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    for number, answers in enumerate(
        [
            {},
            {"RCPT": "550 no <customer2@customer.example> here"},
            {"DOT": "451 customer3@customer.example is busy"},
            {"TAKEN": DROP},
            {"AUTH": "535 me"},
        ],
        start=1,
    ):
        mails.answers = answers
        office.decide(a_case(number, at=office.clock()))
        url = mails.url.replace("//", "//me:S3CRET-PASSWORD@") if "AUTH" in answers else mails.url
        assert office.courier(by_mail(url)).turn()

    said = caplog.text + "".join(capfd.readouterr())
    for event in ("sent", "given up", "not sent: tried again", "may have been sent"):
        assert f"survey letter {event}" in said
    for secret in ("customer.example", "S3CRET", SECRET_LINK, PRIVATE):
        assert secret not in said


def test_a_letter_of_a_case_that_is_gone_ends_quietly(office: Office, mails: MailServer) -> None:
    office.box.put([a_letter(a_case(at=office.clock()))], None)

    turn_all(office, mails)

    assert office.states() == {"survey1": "sent"}
    assert totals(office) == {}
