"""Sealing: what only the holder of a private key can open again (libsodium sealed boxes, in base64)."""

from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import TypeAlias

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

Seal: TypeAlias = Callable[[str], str]
"""Seals a text: base64 of a sealed box of its UTF-8, another one each time, 64 bytes longer than the text."""

Opener: TypeAlias = Callable[[str], str]
"""Opens what was sealed. Raises Unopened."""


class KeyInvalid(ValueError):
    """A text that is no key."""


class Unopened(ValueError):
    """What is no sealed text, or was sealed for somebody else. Says nothing of the text."""


def sealer(public_key: str) -> Seal:
    """Seals for the holder of the private key to `public_key` (base64 of 32 bytes). Raises KeyInvalid."""
    try:
        box = SealedBox(PublicKey(b64decode(public_key, validate=True)))
    except (ValueError, TypeError):
        raise KeyInvalid("expected base64 of 32 bytes") from None
    return lambda text: b64encode(box.encrypt(text.encode())).decode()


def opener(private_key: str) -> Opener:
    """Opens what was sealed for the holder of `private_key` (base64 of 32 bytes). Raises KeyInvalid."""
    try:
        box = SealedBox(PrivateKey(b64decode(private_key, validate=True)))
    except (ValueError, TypeError):
        raise KeyInvalid("expected base64 of 32 bytes") from None

    def opened(sealed: str) -> str:
        try:
            return box.decrypt(b64decode(sealed, validate=True)).decode()
        except (ValueError, TypeError, CryptoError):
            raise Unopened("it isn't sealed for this key") from None

    return opened


def new_key_pair() -> tuple[str, str]:
    """A new pair of keys, base64 of 32 bytes each: public (for ingest), private (for who opens)."""
    private = PrivateKey.generate()
    return b64encode(bytes(private.public_key)).decode(), b64encode(bytes(private)).decode()


def is_pair(public_key: str, private_key: str) -> bool:
    """Whether what is sealed with `public_key` opens with `private_key`; no where either is no key."""
    try:
        return opener(private_key)(sealer(public_key)("")) == ""
    except (KeyInvalid, Unopened):
        return False
