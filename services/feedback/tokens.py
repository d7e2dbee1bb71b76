"""The survey's token: what a link bears, signed and with its end, and no word about the customer.

Whoever holds it may answer this one survey. The same survey has the same token as long as the keys are the
same, so that a reminder's link is the first mail's.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
from itsdangerous import BadData, URLSafeSerializer

LONGEST: Final = 512
_SALT: Final = "survey"


class TokenInvalid(Exception):
    """Not a token that one of the keys signed."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a token says: the survey and when it ends (µs), and whether that is over."""

    survey_id: str
    expires_at: int
    expired: bool


def sign(survey_id: str, expires_at: int, keys: Sequence[str]) -> str:
    """The token of the survey, which ends at `expires_at` (µs), signed with the last of `keys`."""
    return str(_serializer(keys).dumps([survey_id, expires_at]))


def read(token: str, keys: Sequence[str], now: int) -> Claim:
    """What `token` says at `now` (µs), whichever of `keys` signed it. Raises TokenInvalid."""
    if len(token) > LONGEST:
        raise TokenInvalid("longer than any token")
    try:
        said = _serializer(keys).loads(token)
        survey_id, expires_at = msgspec.convert(said, tuple[str, int])
    except (BadData, UnicodeError, msgspec.ValidationError):
        raise TokenInvalid("not signed by one of the keys") from None
    return Claim(survey_id, expires_at, expired=expires_at <= now)


def _serializer(keys: Sequence[str]) -> URLSafeSerializer:
    # Of several keys, the library verifies with each and signs with the last.
    return URLSafeSerializer(list(keys), salt=_SALT, signer_kwargs={"digest_method": hashlib.sha256})
