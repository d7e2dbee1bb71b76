"""What programs read: a group of alerts as JSON, signed as Standard Webhooks says (pure)."""

import base64
import hashlib
import hmac
from typing import Any, Final

import msgspec

from alerts.alert import Alert
from alerts.group import Group
from events.instants import LAST_MOMENT, SECOND, moment, seconds

_INSTANTS: Final = frozenset({"started_at", "due_at", "noticed_at", "waiting_since"})
_DURATIONS: Final = frozenset({"elapsed", "allowed"})
_ONLY_WHERE_GIVEN: Final = frozenset({"about", "note"})


def body(group: Group) -> bytes:
    """`{"alerts": [...]}`: each with its `id`, the same whenever it is sent again, and its fields; times are
    RFC 3339 UTC, durations seconds. `about` and `note` are there where an alert has them."""
    return msgspec.json.encode({"alerts": [_rendered(alert) for alert in group.alerts]})


def headers(group_id: str, content: bytes, key: bytes, now: int) -> dict[str, str]:
    """The headers that go with `content`, signed by `key` at `now` (µs)."""
    timestamp = now // SECOND
    signed = f"{group_id}.{timestamp}.".encode() + content
    signature = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return {
        "content-type": "application/json",
        "webhook-id": group_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{signature}",
    }


def _rendered(alert: Alert) -> dict[str, Any]:
    fields = {
        name: _value(name, value)
        for name in alert.__struct_fields__
        if (value := getattr(alert, name)) is not None or name not in _ONLY_WHERE_GIVEN
    }
    return {"id": hashlib.sha256(alert.id.encode()).hexdigest()[:32], **fields}


def _value(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _INSTANTS:
        return moment(min(value, LAST_MOMENT))
    return seconds(value) if name in _DURATIONS else value
