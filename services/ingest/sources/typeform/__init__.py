"""Typeform, and form tools whose webhooks look like its own: one delivery per response."""

from typing import Final

from ingest.schemes import PATH, Signature
from ingest.sources.contract import Adapter
from ingest.sources.typeform.adapter import read

_SIGNATURE: Final = Signature(
    name="typeform", header="typeform-signature", digest="sha256", encoding="base64", prefix="sha256="
)

# Tools that only look like Typeform may sign nothing.
ADAPTER: Final = Adapter((_SIGNATURE,), read, optional=(PATH,))
