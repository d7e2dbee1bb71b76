"""The ways that a configuration asks for, and what it is told where something is missing."""

import pytest

from feedback.config import feedback_config
from feedback.letters.configured import ways
from harness.alerting import SECRET
from harness.letters import KNOWN, link, opened
from runtime.environment import ConfigInvalid

ENV = {
    "DESKPULSE_SMTP_URL": "smtp://me:PASSW0RD@mail.example.org",
    "HOOK": "https://desk.example.org/surveys",
    "HOOK_SECRET": SECRET,
}
MAILED = feedback_config({"from": "destek@acme.example"})


def test_all_mails_go_one_way_and_each_webhook_another() -> None:
    assert sorted(ways(KNOWN, MAILED, ENV, opened, link)) == ["mail", "webhook:hooked"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"DESKPULSE_SMTP_URL": ""}, "^set DESKPULSE_SMTP_URL"),
        ({"DESKPULSE_SMTP_URL": "smtp://me:PASSW0RD@"}, "^DESKPULSE_SMTP_URL: "),
        ({"HOOK": ""}, r"surveys\.hooked\.webhook\.url"),
        ({"HOOK": "PASSW0RD"}, r"^surveys\.hooked\.webhook: "),
        ({"HOOK_SECRET": "PASSW0RD"}, r"^surveys\.hooked\.webhook: .*whsec_"),
    ],
)
def test_what_is_missing_is_named_and_no_secret_shown(changes: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigInvalid, match=message) as raised:
        ways(KNOWN, MAILED, ENV | changes, opened, link)
    assert "PASSW0RD" not in str(raised.value)


def test_mails_need_a_sender_and_links_need_nothing() -> None:
    with pytest.raises(ConfigInvalid, match=r"feedback\.from"):
        ways(KNOWN, feedback_config(None), ENV, opened, link)

    assert ways({}, feedback_config(None), {}, opened, link) == {}
