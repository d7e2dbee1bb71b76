"""A report as JSON and as CSV: the same columns, in the same order."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

import msgspec

from reports.measure import Measure
from reports.spreadsheets import defused
from reports.tables import Row


def stamp(at: int, local: tzinfo) -> str:
    """The second `at` since the epoch as RFC 3339 on the clocks of `local`."""
    return datetime.fromtimestamp(at, local).isoformat().replace("+00:00", "Z")


def columns(measure: Measure, group_by: Sequence[str]) -> list[str]:
    """The columns of a row, in their order."""
    level = ["at"] if measure.is_level else []
    return ["from", "to", *level, *group_by, *measure.shape.__struct_fields__]


def record(measure: Measure, row: Row, group_by: Sequence[str], local: tzinfo) -> dict[str, Any]:
    """`row` as a flat object."""
    until = stamp(row.end, local)
    return {
        "from": stamp(row.start, local),
        "to": until,
        **({"at": until} if measure.is_level else {}),
        **dict(zip(group_by, row.group, strict=True)),
        **msgspec.structs.asdict(row.figures),
    }


def csv_text(header: Sequence[str], records: Sequence[Mapping[str, Any]]) -> str:
    """RFC 4180 with a header. Null is an empty cell; no text begins as a formula (see `defused`)."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    for one in records:
        writer.writerow([defused(one[name]) if isinstance(one[name], str) else one[name] for name in header])
    return text.getvalue()
