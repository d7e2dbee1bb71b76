"""How each tool signs, written a second time and plainly: no code is shared with the verifier."""

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, TypeAlias

URL: Final = "https://hooks.example.test/webhooks/desk"
"""The public address that signatures over an address are made for."""

Headers: TypeAlias = dict[str, str]
Sign: TypeAlias = Callable[[str, bytes, datetime], Headers]
"""Secret, body, moment of signing → the headers that the tool sends."""


def _mac(secret: str, signed: bytes, digest: str) -> bytes:
    return hmac.new(secret.encode(), signed, getattr(hashlib, digest)).digest()


def _seconds(at: datetime) -> str:
    return str(int(at.timestamp()))


def _millis(at: datetime) -> str:
    return str(int(at.timestamp() * 1000))


def zendesk(secret: str, body: bytes, at: datetime) -> Headers:
    time = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    signature = b64encode(_mac(secret, time.encode() + body, "sha256")).decode()
    return {
        "X-Zendesk-Webhook-Signature": signature,
        "X-Zendesk-Webhook-Signature-Timestamp": time,
    }


def chatwoot(secret: str, body: bytes, at: datetime) -> Headers:
    mac = _mac(secret, _seconds(at).encode() + b"." + body, "sha256").hex()
    return {"X-Chatwoot-Timestamp": _seconds(at), "X-Chatwoot-Signature": f"sha256={mac}"}


def hub_sha1(secret: str, body: bytes, _at: datetime) -> Headers:
    return {"X-Hub-Signature": f"sha1={_mac(secret, body, 'sha1').hex()}"}


def jira(secret: str, body: bytes, _at: datetime) -> Headers:
    return {"X-Hub-Signature": f"sha256={_mac(secret, body, 'sha256').hex()}"}


def github(secret: str, body: bytes, _at: datetime) -> Headers:
    return {"X-Hub-Signature-256": f"sha256={_mac(secret, body, 'sha256').hex()}"}


def help_scout(secret: str, body: bytes, _at: datetime) -> Headers:
    return {"X-HelpScout-Signature": b64encode(_mac(secret, body, "sha1")).decode()}


def typeform(secret: str, body: bytes, _at: datetime) -> Headers:
    return {"Typeform-Signature": f"sha256={b64encode(_mac(secret, body, 'sha256')).decode()}"}


def hubspot(secret: str, body: bytes, at: datetime) -> Headers:
    signed = b"POST" + URL.encode() + body + _millis(at).encode()
    return {
        "X-HubSpot-Signature-v3": b64encode(_mac(secret, signed, "sha256")).decode(),
        "X-HubSpot-Request-Timestamp": _millis(at),
    }


def hubspot_v1(secret: str, body: bytes, _at: datetime) -> Headers:
    return {"X-HubSpot-Signature": hashlib.sha256(secret.encode() + body).hexdigest()}


def hubspot_v2(secret: str, body: bytes, _at: datetime) -> Headers:
    return {"X-HubSpot-Signature": hashlib.sha256(f"{secret}POST{URL}".encode() + body).hexdigest()}


def glpi(secret: str, body: bytes, at: datetime) -> Headers:
    mac = _mac(secret, body + _seconds(at).encode(), "sha256").hex()
    return {"X-GLPI-signature": mac, "X-GLPI-timestamp": _seconds(at)}


def front_app(secret: str, body: bytes, at: datetime) -> Headers:
    mac = b64encode(_mac(secret, f"{_millis(at)}:".encode() + body, "sha256")).decode()
    return {"X-Front-Signature": mac, "X-Front-Request-Timestamp": _millis(at)}


def front_rule(secret: str, body: bytes, _at: datetime) -> Headers:
    return {"X-Front-Signature": b64encode(_mac(secret, body, "sha1")).decode()}


def standard_webhooks(secret: str, body: bytes, at: datetime) -> Headers:
    mac = b64encode(_mac(secret, f"msg_1.{_seconds(at)}.".encode() + body, "sha256")).decode()
    return {"webhook-id": "msg_1", "webhook-timestamp": _seconds(at), "webhook-signature": f"v1,{mac}"}


def bearer(secret: str, _body: bytes, _at: datetime) -> Headers:
    return {"Authorization": f"Bearer {secret}"}


def basic(secret: str, _body: bytes, _at: datetime) -> Headers:
    return {"Authorization": f"Basic {b64encode(f'desk:{secret}'.encode()).decode()}"}


def header(secret: str, _body: bytes, _at: datetime) -> Headers:
    return {"X-Api-Key": secret}


def path(_secret: str, _body: bytes, _at: datetime) -> Headers:
    """The path bears the secret: no header does."""
    return {}


SIGN: Final[dict[str, Sign]] = {
    "zendesk": zendesk,
    "chatwoot": chatwoot,
    "zammad": hub_sha1,
    "intercom": hub_sha1,
    "jira": jira,
    "github": github,
    "help-scout": help_scout,
    "typeform": typeform,
    "hubspot-v3": hubspot,
    "hubspot-v1": hubspot_v1,
    "hubspot-v2": hubspot_v2,
    "glpi": glpi,
    "front-app": front_app,
    "front-rule": front_rule,
    "standard-webhooks": standard_webhooks,
    "bearer": bearer,
    "basic": basic,
    "header": header,
    "path": path,
}
"""By the name of the scheme."""
