"""The JSON Schema of the event contract, generated from the types."""

from typing import Any

import msgspec

from events.types import PostedEvent


def json_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of every event that a sender may post."""
    schema = msgspec.json.schema(PostedEvent)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Deskpulse events (CloudEvents 1.0)"
    return schema
