"""Proof that a delivery comes from who it says: a table of schemes, each a pure function."""

import base64
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from runtime.environment import ConfigInvalid

_PREFIX: Final = "whsec_"
_TIMESTAMP = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came in: headers (names in lower case), the raw body, and when (UTC)."""

    headers: Mapping[str, str]
    body: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a source may prove itself with: its active secrets, its adapter's schemes (names of SCHEMES),
    and how far a signature's timestamp may be from now, in seconds."""

    secrets: tuple[str, ...]
    schemes: tuple[str, ...]
    tolerance: int


Scheme: TypeAlias = Callable[[Delivery, str, int], bool]
"""Delivery, secret, tolerance in seconds → whether the secret's owner sent it. Takes constant time in the
secret: never says early that a part is wrong."""


def proves(delivery: Delivery, credentials: Credentials) -> bool:
    """Whether `delivery` proves any of the secrets by any of the schemes; all are tried, however it ends."""
    proofs = [
        SCHEMES[scheme](delivery, secret, credentials.tolerance)
        for scheme in credentials.schemes
        for secret in credentials.secrets
    ]
    return any(proofs)


def check_secrets(name: str, secrets: Sequence[str]) -> None:
    """Raise ConfigInvalid where a secret of the source `name` says that it is base64 and isn't."""
    for index, secret in enumerate(secrets):
        if not _is_usable(secret):
            raise ConfigInvalid(
                f"sources.{name}.secrets[{index}]: {_PREFIX} must be followed by base64; "
                "copy the secret whole, or use a text without that prefix"
            )


def _is_usable(secret: str) -> bool:
    try:
        return bool(_signing_key(secret))
    except ValueError:
        return False


def _bearer(delivery: Delivery, secret: str, _tolerance: int) -> bool:
    kind, _, token = delivery.headers.get("authorization", "").partition(" ")
    matches = hmac.compare_digest(token.strip().encode(), secret.encode())
    return matches and kind.lower() == "bearer"


def _standard_webhooks(delivery: Delivery, secret: str, tolerance: int) -> bool:
    """Standard Webhooks, symmetric: base64 HMAC-SHA256 over `id.timestamp.body`; one `v1,…` must fit."""
    delivery_id = delivery.headers.get("webhook-id", "")
    timestamp = delivery.headers.get("webhook-timestamp", "")
    if not delivery_id or not _TIMESTAMP.fullmatch(timestamp):
        return False
    signed = f"{delivery_id}.{timestamp}.".encode() + delivery.body
    expected = b"v1," + base64.b64encode(hmac.digest(_signing_key(secret), signed, "sha256"))
    given = delivery.headers.get("webhook-signature", "").split(" ")
    matches = [hmac.compare_digest(signature.encode(), expected) for signature in given]
    return any(matches) and abs(delivery.received_at.timestamp() - int(timestamp)) <= tolerance


def _signing_key(secret: str) -> bytes:
    if not secret.startswith(_PREFIX):
        return secret.encode()
    encoded = secret.removeprefix(_PREFIX)
    return base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)


SCHEMES: Final[dict[str, Scheme]] = {
    "bearer": _bearer,
    "standard-webhooks": _standard_webhooks,
}
