"""`deploy/docker/make-secrets`: what it makes fits, is kept, and is nobody else's."""

import base64
from pathlib import Path

from nacl.public import PrivateKey

from deploy.composed import COMPOSE, make_secrets


def contents(folder: Path) -> dict[str, str]:
    """The secrets in `folder` by name."""
    return {
        path.name: path.read_text(encoding="utf-8").strip()
        for path in folder.iterdir()
        if not path.name.startswith(".")
    }


def test_it_makes_every_secret_that_the_compose_file_names_and_no_other(tmp_path: Path) -> None:
    make_secrets(tmp_path / "secrets")

    made = contents(tmp_path / "secrets")
    assert made.keys() == COMPOSE["secrets"].keys()
    assert all(made.values())


def test_the_keys_for_addresses_are_a_pair(tmp_path: Path) -> None:
    make_secrets(tmp_path / "secrets")

    made = contents(tmp_path / "secrets")
    private = PrivateKey(base64.b64decode(made["DESKPULSE_CONTACT_PRIVATE_KEY"]))
    assert bytes(private.public_key) == base64.b64decode(made["DESKPULSE_CONTACT_PUBLIC_KEY"])


def test_what_is_there_stays_when_it_is_called_again(tmp_path: Path) -> None:
    make_secrets(tmp_path / "secrets")
    before = contents(tmp_path / "secrets")
    (tmp_path / "secrets/DEMO_SECRET").unlink()

    make_secrets(tmp_path / "secrets")

    after = contents(tmp_path / "secrets")
    assert after.pop("DEMO_SECRET") != before.pop("DEMO_SECRET")
    assert after == before


def test_only_their_owner_reaches_them_and_git_never_takes_them(tmp_path: Path) -> None:
    make_secrets(tmp_path / "secrets")

    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "secrets/.gitignore").read_text(encoding="utf-8").strip() == "*"
    # Mounted one by one, they are read by the user of a container, who is another.
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "secrets").glob("[A-Z]*")} == {0o444}
