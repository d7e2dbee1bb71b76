"""`/api/v1/follow-ups`: who has to get in touch with whom, and what came of it."""

from datetime import UTC, datetime
from typing import Any, Final

from flask import Blueprint, Response, request
from msgspec import Struct

from events.instants import moment
from feedback.cases.case import Case, Note
from feedback.follow_ups.entry import EntryInvalid, note_of
from feedback.follow_ups.loop import ClosedLoop, closed_loop
from feedback.follow_ups.record import find, recorded
from feedback.follow_ups.rows import FollowUpRow, NoteRow, ReadingRow, row
from feedback.follow_ups.search import Cursor, all_of, most_urgent
from feedback.scores.figures import ENOUGH
from feedback.store import Store
from feedback.web.described import SEVERAL, TEXT, TIME, exactly, fields, operation, parameter
from rollups.intervals import instant
from runtime.parameters import Parameters, bad, check_names, one_of, parsed
from runtime.problems import Problem
from runtime.web import json_answer
from streams.clock import SharedClock

MOST: Final = 500
SHARD: Final = 30_000
"""What people record is written beside what workers write for their partitions."""
_STATES: Final = ("open", "overdue", "contacted", "withdrawn")
_RULES: Final = ("detractor", "mention")
_LABELS: Final = ("team", "source", "owner")
_LONGEST_BODY: Final = 10_000


class Page(Struct, kw_only=True, frozen=True):
    """Follow-ups, the most urgent first; `next` is the `after` of the page that follows, null on the last."""

    as_of: datetime
    rows: list[FollowUpRow]
    next: str | None


def add_routes(api: Blueprint, store: Store, clock: SharedClock, enough: int = ENOUGH) -> None:
    """Add the routes to `api`, answered from `store`; a share of fewer than `enough` is of too few."""

    @api.get("/follow-ups")
    def follow_ups() -> Response:
        given, now = request.args, clock()
        check_names(given, ("state", "rule", *_LABELS, "limit", "after", "text"))
        limit = parsed(given, "limit", _limit) or 100
        after = parsed(given, "after", _cursor)
        with_text = _with_text(given)
        where = _state(parsed(given, "state", one_of(*_STATES)) or "open", now) | _labels(given)
        found = most_urgent(store, where, after, limit)
        rows = [row(case, one, now, with_text=with_text) for case, one in found]
        last = f"{found[-1][1].due_at} {found[-1][1].id}" if len(found) == limit else None
        return json_answer(Page(as_of=moment(now), rows=rows, next=last))

    @api.get("/follow-ups/summary")
    def summary() -> Response:
        given, now = request.args, clock()
        check_names(given, ("from", "to", "rule", *_LABELS))
        start, end = (parsed(given, name, _instant) for name in ("from", "to"))
        if start is not None and end is not None and start >= end:
            raise bad("to", "expected a time after from")
        opened = {name: at for name, at in (("$gte", start), ("$lt", end)) if at is not None}
        where = {"state": {"$in": ["open", "contacted"]}, **({"opened_at": opened} if opened else {})}
        return json_answer(closed_loop(all_of(store, where | _labels(given)), now, enough))

    @api.get("/follow-ups/<name>")
    def follow_up(name: str) -> Response:
        check_names(request.args, ("text",))
        with_text = _with_text(request.args)
        return _answer(store.with_follow_up(name), name, clock(), with_text=with_text)

    @api.post("/follow-ups/<name>")
    def record(name: str) -> Response:
        check_names(request.args, ())
        now = clock()
        note = _posted(now)
        case = store.with_follow_up(name)
        if case is not None:
            case = store.edit(case.key, lambda current: recorded(current, name, note), SHARD)
        return _answer(case, name, now, with_text=False)


def _answer(case: Case | None, name: str, now: int, *, with_text: bool) -> Response:
    found = None if case is None else find(case, name)
    if case is None or found is None:
        raise Problem(404, "Unknown follow-up", "there is no such follow-up, or its customer was erased")
    return json_answer(row(case, found, now, with_text=with_text))


def _posted(now: int) -> Note:
    request.max_content_length = _LONGEST_BODY
    try:
        return note_of(request.get_data(), now)
    except EntryInvalid as error:
        where = f"{error.field}: " if error.field else ""
        raise Problem(400, "Bad entry", f"{where}{error}", field=error.field) from None


def _state(state: str, now: int) -> dict[str, Any]:
    return {"state": "open", "due_at": {"$lte": now}} if state == "overdue" else {"state": state}


def _labels(given: Parameters) -> dict[str, Any]:
    """What the rows must have; an empty value asks for what has none."""
    where = {n: {"$in": [v or None for v in given.getlist(n)]} for n in _LABELS if n in given}
    rule = parsed(given, "rule", one_of(*_RULES))
    return where if rule is None else where | {"rule": rule}


def _with_text(given: Parameters) -> bool:
    return parsed(given, "text", one_of("0", "1")) == "1"


def _instant(text: str) -> int:
    return instant(text, UTC)


def _limit(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:9]) <= MOST:
        raise ValueError(f"expected a number of follow-ups from 1 to {MOST}")
    return int(text[:9])


def _cursor(text: str) -> Cursor:
    due_at, _, name = text.partition(" ")
    if not due_at.isascii() or not due_at.isdecimal() or len(due_at) > 18 or not name:
        raise ValueError("expected the next of an earlier page")
    return int(due_at), name


def _parameters(*more: dict[str, Any]) -> list[dict[str, Any]]:
    labels = [parameter(n, SEVERAL, "Only these; repeat it for any of several.") for n in _LABELS]
    return [*labels, parameter("rule", {"enum": [*_RULES]}, "Only those of this rule."), *more]


def _get(
    summary: str, schema: dict[str, Any], parameters: list[dict[str, Any]], *, missing: bool = False
) -> dict[str, Any]:
    described = operation(summary, schema, parameters, missing=missing)
    described["responses"]["200"]["content"].pop("text/csv")
    return described


_ID: Final = parameter("id", TEXT, "The follow-up.", place="path")
_WITH_TEXT: Final = parameter("text", {"enum": ["0", "1"]}, "1: with the customer's own words.")
_ROW: Final = exactly(
    {
        **fields(FollowUpRow),
        "reading": {"anyOf": [exactly(fields(ReadingRow)), {"type": "null"}]},
        "notes": {"type": "array", "items": exactly(fields(NoteRow))},
    },
    required=[name for name in FollowUpRow.__struct_fields__ if name != "text"],
)
_PAGE: Final = exactly(
    {"as_of": TIME, "rows": {"type": "array", "items": _ROW}, "next": {"type": ["string", "null"]}}
)
_NAME: Final = {"type": "string", "minLength": 1, "maxLength": 100}
_ENTRY: Final = exactly(
    {
        "by": {**_NAME, "description": "Who records it."},
        "contacted": {"type": "boolean", "description": "true: somebody got in touch; the clock stops."},
        "outcome": {"type": ["string", "null"], "maxLength": 500, "description": "Is stored redacted."},
        "owner": {"anyOf": [_NAME, {"type": "null"}], "description": "Who takes over."},
    },
    required=["by"],
)
_OPENED: Final = "of those opened; RFC 3339, or a date or time (UTC)."
PATHS: Final[dict[str, Any]] = {
    "/api/v1/follow-ups": {
        "get": _get(
            "Follow-ups, the most urgent first.",
            _PAGE,
            _parameters(
                parameter("state", {"enum": [*_STATES]}, "Default: open; overdue: the open ones past due."),
                parameter("limit", {"type": "integer", "minimum": 1, "maximum": MOST}, "Of a page; 100."),
                parameter("after", TEXT, "The next of the page before."),
                _WITH_TEXT,
            ),
        )
    },
    "/api/v1/follow-ups/summary": {
        "get": _get(
            "The share in which somebody was in touch before the deadline.",
            exactly(fields(ClosedLoop)),
            _parameters(
                parameter("from", TEXT, f"The beginning {_OPENED}"),
                parameter("to", TEXT, f"The end, not included, {_OPENED}"),
            ),
        )
    },
    "/api/v1/follow-ups/{id}": {
        "get": _get("One follow-up.", _ROW, [_ID, _WITH_TEXT], missing=True),
        "post": {
            **_get("The follow-up with what was recorded.", _ROW, [_ID], missing=True),
            "requestBody": {"required": True, "content": {"application/json": {"schema": _ENTRY}}},
        },
    },
}
