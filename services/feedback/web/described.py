"""Pieces of OpenAPI path items."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct

TEXT: Final[dict[str, Any]] = {"type": "string"}
TIME: Final[dict[str, Any]] = {"type": "string", "format": "date-time"}
SEVERAL: Final[dict[str, Any]] = {"type": "array", "items": TEXT}
_MISSING: Final = {"404": {"description": "There is no such thing; the problem names what there is."}}


def parameter(name: str, schema: dict[str, Any], text: str, *, place: str = "query") -> dict[str, Any]:
    """The parameter `name`, with values of `schema`."""
    return {"name": name, "in": place, "required": place == "path", "schema": schema, "description": text}


def operation(
    summary: str, schema: dict[str, Any], parameters: Sequence[dict[str, Any]], *, missing: bool
) -> dict[str, Any]:
    """A GET that answers with JSON of `schema`, or with CSV; `missing`: it may find nothing of that name."""
    found = {"description": summary, "content": {"application/json": {"schema": schema}, "text/csv": {}}}
    return {
        "summary": summary,
        "parameters": list(parameters),
        "responses": {"200": found, **(_MISSING if missing else {})},
    }


def fields(shape: type[Struct]) -> dict[str, Any]:
    """The properties of `shape`, which holds no other struct; the service sends all of them."""
    _, schemas = msgspec.json.schema_components([shape])
    properties: dict[str, Any] = schemas[shape.__name__]["properties"]
    for one in properties.values():
        one.pop("default", None)
    return properties


def exactly(properties: dict[str, Any], required: Sequence[str] | None = None) -> dict[str, Any]:
    """An object of `properties`, all of them unless `required` says which, and of nothing else."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties if required is None else required),
        "additionalProperties": False,
    }
