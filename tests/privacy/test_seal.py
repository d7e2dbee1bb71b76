"""Sealed addresses: who can open them, and which keys are refused."""

from base64 import b64decode
from pathlib import Path

import pytest
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox

from ingest.settings import read_settings
from privacy.seal import KeyInvalid, Unopened, is_pair, new_key_pair, opener, sealer
from runtime.environment import ConfigInvalid

ADDRESS = "ayşe@example.org"


def opened(sealed: str, private: str) -> str:
    return SealedBox(PrivateKey(b64decode(private))).decrypt(b64decode(sealed)).decode()


def test_what_is_sealed_opens_with_the_private_key_alone() -> None:
    public, private = new_key_pair()
    _, other = new_key_pair()
    sealed = sealer(public)(ADDRESS)

    assert opened(sealed, private) == ADDRESS
    with pytest.raises(CryptoError):
        opened(sealed, other)
    with pytest.raises(CryptoError):
        opened(sealed, public)


def test_the_same_address_is_sealed_differently_each_time() -> None:
    seal = sealer(new_key_pair()[0])

    assert seal(ADDRESS) != seal(ADDRESS)


def test_each_pair_of_keys_is_new() -> None:
    assert len({key for _ in range(10) for key in new_key_pair()}) == 20


@pytest.mark.parametrize("key", ["", "x", "ayşe", "AAAA", "A" * 43, "*" * 44, "A" * 88])
def test_a_key_that_is_none_is_refused(key: str) -> None:
    with pytest.raises(KeyInvalid, match="base64 of 32 bytes"):
        sealer(key)


def test_the_opener_gives_back_what_was_sealed_for_it() -> None:
    public, private = new_key_pair()

    assert opener(private)(sealer(public)(ADDRESS)) == ADDRESS


def test_what_was_sealed_for_another_or_never_sealed_stays_closed_and_unsaid() -> None:
    public, private = new_key_pair()
    _, other = new_key_pair()
    sealed = sealer(public)(ADDRESS)

    for opened, text in [
        (opener(other), sealed),
        (opener(private), sealed[:-4]),
        (opener(private), sealed[4:]),
        (opener(private), ""),
        (opener(private), "ayşe"),
        (opener(private), "AAAA"),
    ]:
        with pytest.raises(Unopened) as raised:
            opened(text)
        assert not text or text not in str(raised.value)


@pytest.mark.parametrize("key", ["", "x", "ayşe", "AAAA", "A" * 43, "*" * 44, "A" * 88])
def test_a_private_key_that_is_none_is_refused(key: str) -> None:
    with pytest.raises(KeyInvalid, match="base64 of 32 bytes"):
        opener(key)


def test_the_environment_gives_the_key_itself_or_its_file(tmp_path: Path) -> None:
    public, private = new_key_pair()
    file = tmp_path / "key"
    file.write_text(f"{public}\n")
    env = {"DESKPULSE_HASH_KEY": "key"}

    for given in ({"DESKPULSE_CONTACT_PUBLIC_KEY": public}, {"DESKPULSE_CONTACT_PUBLIC_KEY_FILE": str(file)}):
        seal = read_settings(env | given).privacy.seal
        assert seal is not None
        assert opened(seal(ADDRESS), private) == ADDRESS
    assert read_settings(env).privacy.seal is None
    assert read_settings(env | {"DESKPULSE_CONTACT_PUBLIC_KEY": ""}).privacy.seal is None


def test_a_wrong_key_in_the_environment_says_which_and_how_to_make_one() -> None:
    env = {"DESKPULSE_HASH_KEY": "key", "DESKPULSE_CONTACT_PUBLIC_KEY": "not a key"}

    with pytest.raises(
        ConfigInvalid, match=r"^DESKPULSE_CONTACT_PUBLIC_KEY: .*32 bytes.*new-keys`$"
    ) as error:
        read_settings(env)
    assert "not a key" not in str(error.value)


def test_two_keys_are_a_pair_where_the_one_opens_what_the_other_seals() -> None:
    public, private = new_key_pair()

    assert is_pair(public, private)
    assert not is_pair(new_key_pair()[0], private)
    assert not is_pair("no key", private)
    assert not is_pair(public, "")
