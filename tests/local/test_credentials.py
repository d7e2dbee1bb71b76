"""The tokens and keys of a local run."""

from pathlib import Path

import pytest

from local import credentials
from local.failure import CannotRun
from privacy.seal import opener, sealer


def test_credentials_are_made_once_and_kept_for_their_user_alone(tmp_path: Path) -> None:
    path = tmp_path / "secrets"

    first = credentials.load(path, {})

    assert credentials.load(path, {}) == first
    assert set(first) == {
        "DESKPULSE_API_TOKEN",
        "DESKPULSE_HASH_KEY",
        "DESKPULSE_CONTACT_PRIVATE_KEY",
        "DESKPULSE_CONTACT_PUBLIC_KEY",
        "DESKPULSE_SURVEY_KEY",
        "DEMO_SECRET",
    }
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_the_two_contact_keys_belong_together(tmp_path: Path) -> None:
    made = credentials.load(tmp_path / "secrets", {})

    sealed = sealer(made["DESKPULSE_CONTACT_PUBLIC_KEY"])("musteri@example.com")

    assert opener(made["DESKPULSE_CONTACT_PRIVATE_KEY"])(sealed) == "musteri@example.com"


def test_credentials_of_the_environment_win_and_are_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "secrets"

    chosen = credentials.load(path, {"DESKPULSE_API_TOKEN": "chosen"})

    assert chosen["DESKPULSE_API_TOKEN"] == "chosen"
    assert "chosen" not in path.read_text()


def test_a_credential_that_a_later_version_needs_is_added_to_the_kept_ones(tmp_path: Path) -> None:
    path = tmp_path / "secrets"
    path.write_text("DESKPULSE_API_TOKEN=kept\n")

    loaded = credentials.load(path, {})

    assert loaded["DESKPULSE_API_TOKEN"] == "kept"
    assert loaded["DEMO_SECRET"].startswith("whsec_")
    assert credentials.load(path, {}) == loaded


@pytest.mark.parametrize("key", ["short", "c2hvcnQ=", "ş" * 44])
def test_a_contact_key_that_is_none_is_one_sentence(tmp_path: Path, key: str) -> None:
    with pytest.raises(CannotRun, match=r"^DESKPULSE_CONTACT_PRIVATE_KEY: expected base64 of 32 bytes"):
        credentials.load(tmp_path / "secrets", {"DESKPULSE_CONTACT_PRIVATE_KEY": key})
