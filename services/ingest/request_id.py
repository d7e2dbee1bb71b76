"""By which id a delivery is known, in the log and to who posted it (pure, but for a random id)."""

import re
import secrets
from collections.abc import Mapping
from typing import Final

# The tools' own, such as their logs of deliveries show them; then what proxies add.
_HEADERS: Final = (
    "x-zendesk-webhook-invocation-id",
    "x-github-delivery",
    "x-zammad-delivery",
    "x-chatwoot-delivery",
    "x-atlassian-webhook-identifier",
    "webhook-id",
    "x-request-id",
)
_PLAIN: Final = re.compile(r"[A-Za-z0-9._:+=/-]{1,100}")


def request_id_of(headers: Mapping[str, str]) -> str:
    """The id that the sender gave the delivery with these `headers` (lower case), else a random one.

    What isn't a plain id is passed over: it stands in logs and goes back in a header.
    """
    given = (headers.get(name, "") for name in _HEADERS)
    return next((one for one in given if _PLAIN.fullmatch(one)), None) or secrets.token_hex(8)
