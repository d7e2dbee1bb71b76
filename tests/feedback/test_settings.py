"""What the feedback service takes from its environment; what is missing is one sentence."""

from pathlib import Path

import pytest

from feedback.settings import read_contact_opener, read_settings
from runtime.environment import ConfigInvalid

SMTP = {"DESKPULSE_SMTP_URL": "smtp://user:secret@mail.example:587"}
HERE = {"DESKPULSE_PUBLIC_URL": "https://ask.acme.example/"}


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    config = tmp_path / "deskpulse.yml"
    config.write_text("surveys: {csat: {}}\n")
    return {"DESKPULSE_CONFIG": str(config), "DESKPULSE_HASH_KEY": "a key for pseudonyms, long enough"}


def test_without_a_mail_server_surveys_are_links_and_the_page_is_of_this_machine(env: dict[str, str]) -> None:
    settings = read_settings(env)

    assert settings.known["csat"].deliver == "link"
    assert settings.public_url == "http://127.0.0.1:8003"


def test_with_a_mail_server_surveys_are_mailed(env: dict[str, str]) -> None:
    settings = read_settings(env | SMTP | HERE)

    assert settings.known["csat"].deliver == "mail"
    assert settings.public_url == "https://ask.acme.example"


def test_nobody_is_mailed_a_link_to_this_machine(env: dict[str, str]) -> None:
    with pytest.raises(ConfigInvalid, match=r"^set DESKPULSE_PUBLIC_URL: "):
        read_settings(env | SMTP)


def test_a_mail_server_without_the_key_of_addresses_is_a_mistake_and_no_wish_for_links(
    env: dict[str, str],
) -> None:
    given = env | SMTP | HERE

    with pytest.raises(ConfigInvalid, match=r"^set DESKPULSE_CONTACT_PRIVATE_KEY: "):
        read_contact_opener(given, read_settings(given).known)
