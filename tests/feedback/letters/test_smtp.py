"""What a mail server's answers mean: sent, surely not sent, never to be sent, or nobody knows."""

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from feedback.letters.address import mailbox
from feedback.letters.mail import compose
from feedback.letters.smtp import Patience, Smtp
from feedback.letters.smtp_url import mail_server as server_at
from feedback.letters.way import Lost, NotSent, Undeliverable, Withdrawn
from harness.letters import ADDRESS, HEAD, KNOWN, a_case, a_letter, link
from harness.mail_server import DROP, HANG, MailServer, mail_server, signing_in, trusted_context
from harness.wait import until
from local import ports

PATIENCE = Patience(step=10, taking=10)
HASTE = Patience(step=0.5, taking=0.5)
LATER = "451 4.3.0 try again later"
NEVER = "550 5.1.1 no such user ayse@customer.example"


def send(
    url: str, to: str = ADDRESS, leaving: Callable[[], None] = lambda: None, patience: Patience = PATIENCE
) -> None:
    mail = compose(a_letter(a_case()), mailbox(to), KNOWN["csat"], HEAD, link("1", 2), 3)
    Smtp(server_at(url), patience).send(mail, HEAD.sender, mailbox(to), leaving)


def test_a_mail_arrives_as_it_was_written(mails: MailServer) -> None:
    send(mails.url)

    mail = compose(a_letter(a_case()), mailbox(ADDRESS), KNOWN["csat"], HEAD, link("1", 2), 3)
    (arrived,) = mails.messages
    assert mails.recipients == [ADDRESS]
    assert arrived["message-id"] == mail["message-id"]
    for kind in ("plain", "html"):
        sent, got = mail.get_body((kind,)), arrived.get_body((kind,))
        assert sent is not None
        assert got is not None
        assert got.get_content().splitlines() == sent.get_content().splitlines()


def test_a_line_that_begins_with_a_dot_arrives_with_it(mails: MailServer) -> None:
    mail = compose(a_letter(a_case()), mailbox(ADDRESS), KNOWN["csat"], HEAD, link("1", 2), 3)
    mail.clear_content()
    mail.set_content(".\n..\nx\n.", cte="7bit")

    Smtp(server_at(mails.url), PATIENCE).send(mail, HEAD.sender, mailbox(ADDRESS), lambda: None)

    assert mails.messages[0].get_content().splitlines() == [".", "..", "x", "."]


@pytest.mark.parametrize("step", ["GREETING", "EHLO", "MAIL", "RCPT", "DATA", "DOT"])
@pytest.mark.parametrize("answer", [LATER, "421 going away"])
def test_what_is_refused_for_now_is_surely_not_sent(mails: MailServer, step: str, answer: str) -> None:
    mails.answers[step] = answer

    with pytest.raises(NotSent) as raised:
        send(mails.url)

    assert not raised.value.slow
    assert answer[:3] in raised.value.cause
    assert mails.messages == []


@pytest.mark.parametrize("step", ["GREETING", "EHLO", "MAIL"])
def test_what_is_refused_for_good_but_not_for_the_customers_sake_is_tried_again(
    mails: MailServer, step: str
) -> None:
    mails.answers[step] = "554 5.7.1 not you"

    with pytest.raises(NotSent, match="554"):
        send(mails.url)


@pytest.mark.parametrize("step", ["RCPT", "DATA", "DOT"])
def test_what_is_refused_for_good_for_the_customers_sake_is_undeliverable(
    mails: MailServer, step: str
) -> None:
    mails.answers[step] = NEVER

    with pytest.raises(Undeliverable, match=r"550 5\.1\.1") as raised:
        send(mails.url)

    assert raised.value.reason == "undeliverable"
    assert ADDRESS not in str(raised.value)


@pytest.mark.parametrize("step", ["GREETING", "EHLO", "MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("answer", [HANG, DROP])
def test_silence_before_the_mail_was_handed_over_means_not_sent(
    mails: MailServer, step: str, answer: str
) -> None:
    mails.answers[step] = answer

    with pytest.raises(NotSent):
        send(mails.url, patience=HASTE)


@pytest.mark.parametrize("step", ["DOT", "TAKEN"])
@pytest.mark.parametrize("answer", [HANG, DROP, "354 what?", "what?"])
def test_silence_after_the_mail_was_handed_over_leaves_it_unknown(
    mails: MailServer, step: str, answer: str
) -> None:
    mails.answers[step] = answer

    with pytest.raises(Lost):
        send(mails.url, patience=replace(PATIENCE, taking=HASTE.taking))

    if step == "TAKEN":
        until(lambda: mails.messages, 10, "the mail to be taken")
    assert len(mails.messages) == (step == "TAKEN")


def test_a_server_that_hangs_up_after_it_took_the_mail_has_taken_it(mails: MailServer) -> None:
    mails.answers["QUIT"] = DROP

    send(mails.url)

    assert len(mails.messages) == 1


def test_nobody_at_home_means_not_sent() -> None:
    with pytest.raises(NotSent, match="no connection: ConnectionRefusedError"):
        send(f"smtp://127.0.0.1:{ports.free_port()}?starttls=no")


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
def test_a_server_that_wants_a_sign_in_says_what_to_check(mails: MailServer, step: str) -> None:
    mails.answers[step] = "530 5.7.0 Authentication required"

    with pytest.raises(NotSent, match="DESKPULSE_SMTP_URL") as raised:
        send(mails.url)
    assert raised.value.slow


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_signing_in_works_and_a_wrong_password_is_the_operators_to_repair() -> None:
    with mail_server(**signing_in("me", "S3CRET")) as mails:
        url = f"127.0.0.1:{mails.port}?starttls=no"
        send(f"smtp://me:S3CRET@{url}")
        with pytest.raises(
            NotSent, match=r"\(535\): check user and password in DESKPULSE_SMTP_URL"
        ) as raised:
            send(f"smtp://me:WR0NG@{url}")
        with pytest.raises(NotSent, match="530"):
            send(f"smtp://{url}")

    assert raised.value.slow
    assert "WR0NG" not in str(raised.value)
    assert len(mails.messages) == 1


def test_the_mail_is_announced_right_before_it_leaves_and_may_still_be_stopped(mails: MailServer) -> None:
    told: list[int] = []

    def stop() -> None:
        told.append(len(mails.messages))
        raise Withdrawn

    with pytest.raises(Withdrawn):
        send(mails.url, leaving=stop)
    mails.answers["RCPT"] = LATER
    with pytest.raises(NotSent):
        send(mails.url, leaving=stop)

    assert told == [0], "asked once the recipient was taken, not asked where it wasn't"
    assert mails.messages == []


def test_an_address_beyond_ascii_needs_a_server_that_takes_it() -> None:
    with (
        mail_server(enable_SMTPUTF8=False) as old,
        pytest.raises(Undeliverable, match="ASCII"),
    ):
        send(old.url, to="ayşe@customer.example")
    with mail_server(enable_SMTPUTF8=True) as modern:
        send(modern.url, to="ayşe@customer.example")

    assert modern.recipients == ["ayşe@customer.example"]
    assert "SMTPUTF8" in modern.options
    assert "To: ayşe@customer.example".encode() in modern.raw[0]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A certificate for 127.0.0.1 that vouches for itself, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    paths = str(folder / "cert.pem"), str(folder / "key.pem")
    made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-out", paths[0], "-keyout", paths[1]]
    subprocess.run(["openssl", *made, *names], check=True, capture_output=True)
    return paths


def test_starttls_is_the_rule_and_trusts_only_known_certificates(
    certificate: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with mail_server(tls_context=trusted_context(*certificate), require_starttls=True) as mails:
        url = f"smtp://127.0.0.1:{mails.port}"
        with pytest.raises(NotSent, match="certificate can't be trusted") as raised:
            send(url)
        monkeypatch.setenv("SSL_CERT_FILE", certificate[0])
        send(url)

    assert raised.value.slow
    assert len(mails.messages) == 1


def test_a_server_without_starttls_gets_nothing_unless_that_is_wanted(mails: MailServer) -> None:
    with pytest.raises(NotSent, match="knows no STARTTLS") as raised:
        send(f"smtp://127.0.0.1:{mails.port}")

    assert raised.value.slow
    assert mails.messages == []


def test_tls_from_the_beginning_works(
    certificate: tuple[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", certificate[0])
    with mail_server(ssl_context=trusted_context(*certificate)) as mails:
        send(f"smtps://127.0.0.1:{mails.port}")

    assert len(mails.messages) == 1
