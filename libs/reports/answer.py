"""A report as the answer to a request: from the aggregates to JSON or CSV."""

from datetime import UTC
from typing import Any

from flask import Response

from reports.formats import columns, csv_text, record, stamp
from reports.measure import Measure
from reports.query import Query
from reports.tables import ROWS, Asked, OffBucket, Table, TooManyRows, table
from rollups.store import RollupStore
from runtime.parameters import bad
from runtime.problems import Problem
from runtime.web import json_answer


def report(
    measure: Measure, rollups: RollupStore, query: Query, bucket: int, setting: str | None = None
) -> Response:
    """The report of `measure` that `query` asks for, from `rollups` in buckets of `bucket` seconds, which
    are configured by `setting`.

    Raises a 400 problem that names the parameter which asks for too much, or for parts of buckets.
    """
    since = 0 if measure.is_level or query.start is None else query.start
    cells = rollups.read(since, query.end, measure.reads, query.where)
    asked = Asked(query.start, query.end, query.interval, query.local, query.group_by, bucket)
    try:
        found = table(measure, cells, asked, rollups.labels)
    except OffBucket as error:
        raise _off_bucket(error.at, query, bucket, setting) from None
    except TooManyRows:
        reason = f"more than {ROWS} rows: ask for a shorter time, a longer interval or fewer groups"
        raise bad("interval" if query.interval else "group_by", reason) from None
    return _FORMATS[query.format](measure, query, bucket, found)


def _off_bucket(at: int, query: Query, bucket: int, setting: str | None) -> Problem:
    name = {query.start: "from", query.end: "to"}.get(at, "tz")
    remedy = ""
    if setting is not None:
        finer = next((f"{m}m" for m in (30, 15) if at % (m * 60) == 0), None)
        remedy = f", or set {setting} to {finer} and rebuild" if finer else " on a quarter of an hour"
    where = f"{stamp(at, query.local)} ({stamp(at, UTC)})"
    return bad(
        name, f"{where} isn't where a bucket of {bucket // 60} minutes begins: ask for another time{remedy}"
    )


def _json(measure: Measure, query: Query, bucket: int, found: Table) -> Response:
    return json_answer(
        {
            "measure": measure.name,
            "definition": measure.definition,
            "unit": measure.unit,
            "from": None if found.start is None else stamp(found.start, query.local),
            "to": None if found.end is None else stamp(found.end, query.local),
            "tz": query.tz,
            "interval": query.interval,
            "group_by": query.group_by,
            "bucket_seconds": bucket,
            "rows": _records(measure, query, found),
        }
    )


def _csv(measure: Measure, query: Query, _bucket: int, found: Table) -> Response:
    header = columns(measure, query.group_by)
    text = csv_text(header, _records(measure, query, found))
    answer = Response(text, content_type="text/csv; charset=utf-8; header=present")
    answer.headers["Content-Disposition"] = f'attachment; filename="{measure.name}.csv"'
    return answer


def _records(measure: Measure, query: Query, found: Table) -> list[dict[str, Any]]:
    return [record(measure, row, query.group_by, query.local) for row in found.rows]


_FORMATS = {"json": _json, "csv": _csv}
