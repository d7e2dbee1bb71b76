"""`GET /api/v1/feedback/comments`: what customers said, the newest first.

What was said about one ticket stands together, where its newest word belongs.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple, get_args
from urllib.parse import urlencode

import msgspec
from flask import Blueprint, Response, request
from pymongo.cursor import Cursor

from feedback.cases.case import Case
from feedback.sentiment.weights import Label
from feedback.store import Store
from feedback.web.comments import CUSTOMERS, KINDS, Comment, Wanted, comments
from feedback.web.described import SEVERAL, TEXT, exactly, fields, operation, parameter
from reports.formats import csv_text
from reports.query import FORMATS
from runtime.parameters import Parameters, bad, check_names, one_of, parsed
from runtime.web import json_answer

MOST: Final = 500
SEARCHED: Final = 5000
"""The most cases that are read for one page: what is rare is found in several, and none takes long."""
LABELS: Final[tuple[Label, ...]] = get_args(Label)
_NAMES: Final = ("contradicts", "label", "kind", "team", "source", "limit", "after", "format")
_BOM: Final = "\ufeff"
_decode: Final = msgspec.json.Decoder(Case).decode


class Place(NamedTuple):
    """How far a reader has come: `shown` comments of the case `key`, in which was spoken last at `said_at`
    (µs)."""

    said_at: int
    shown: int
    key: str

    def __str__(self) -> str:
        return f"{self.said_at} {self.shown} {self.key}"


class Page(NamedTuple):
    """Comments, and where the next page begins, None behind the last. A page may be short, even empty,
    though another follows."""

    rows: list[Comment]
    next: Place | None


def add_routes(api: Blueprint, store: Store) -> None:
    """Add the route to `api`, answered from `store`."""

    @api.get("/feedback/comments")
    def said() -> Response:
        check_names(request.args, _NAMES)
        limit = parsed(request.args, "limit", _limit) or 100
        after = parsed(request.args, "after", _place)
        wanted = _wanted(request.args)
        answer = _FORMATS[parsed(request.args, "format", one_of(*FORMATS)) or "json"]
        return answer(page(store, wanted, limit, after))


def page(store: Store, wanted: Wanted, limit: int, after: Place | None) -> Page:
    """The first `limit` of the comments that are `wanted`, behind `after`."""
    rows: list[Comment] = []
    # The case of `after` is read again, and not counted: else the search might never get past it.
    for searched, (said_at, case) in enumerate(_cases(store, after), 1 if after is None else 0):
        told = comments(case)
        ahead = after.shown if after is not None and (said_at, case.key) == (after.said_at, after.key) else 0
        for shown, comment in enumerate(told[ahead:], ahead + 1):
            if wanted.has(comment):
                rows.append(comment)
            if len(rows) == limit:
                return Page(rows, Place(said_at, shown, case.key))
        if searched == SEARCHED:
            return Page(rows, Place(said_at, len(told), case.key))
    return Page(rows, None)


def found(store: Store, after: Place | None) -> Cursor[dict[str, Any]]:
    """The documents of the cases in which something was said, the one where that was last in front, from
    that of `after` on."""
    query: dict[str, Any] = {"said_at": {"$gt": 0}}
    if after is not None:
        query = {
            "said_at": {"$lte": after.said_at},
            "$or": [{"said_at": {"$lt": after.said_at}}, {"_id": {"$gte": after.key}}],
        }
    cases = store.database["cases"].find(query, {"case": 1, "said_at": 1}, batch_size=MOST)
    return cases.sort([("said_at", -1), ("_id", 1)])


def _cases(store: Store, after: Place | None) -> Iterator[tuple[int, Case]]:
    with found(store, after) as documents:
        for document in documents:
            yield document["said_at"], _decode(document["case"])


def _wanted(given: Parameters) -> Wanted:
    teams = {team or None for team in given.getlist("team")}
    return Wanted(
        kinds=_some(given, "kind", KINDS) or CUSTOMERS,
        labels=_some(given, "label", LABELS),
        # An empty value asks for what has none.
        teams=teams if "team" in given else None,
        sources=set(given.getlist("source")) if "source" in given else None,
        contradicting=parsed(given, "contradicts", one_of("0", "1")) == "1",
    )


def _some(given: Parameters, name: str, choices: tuple[str, ...]) -> set[str] | None:
    """The values of a parameter that may be repeated; a 400 problem for one that isn't among `choices`."""
    values = set(given.getlist(name))
    if not values <= set(choices):
        raise bad(name, f"expected one of {', '.join(choices)}; repeat it for any of several")
    return values or None


def _limit(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:9]) <= MOST:
        raise ValueError(f"expected a number of comments from 1 to {MOST}")
    return int(text)


def _place(text: str) -> Place:
    said_at, _, rest = text.partition(" ")
    shown, _, key = rest.partition(" ")
    for number in (said_at, shown):
        if not number.isascii() or not number.isdecimal() or len(number) > 18:
            raise ValueError("expected the next of an earlier page")
    return Place(int(said_at), int(shown), key)


def _json(one: Page) -> Response:
    return json_answer({"rows": one.rows, "next": None if one.next is None else str(one.next)})


def _csv(one: Page) -> Response:
    """For people and their spreadsheets: with the byte order mark, without which Excel takes UTF-8 for the
    code page of the machine and spoils ğ, ı and ş. A `Link` header leads to the next page."""
    records = [
        {**row, "follow_ups": " ".join(row["follow_ups"])} for row in map(msgspec.to_builtins, one.rows)
    ]
    text = _BOM + csv_text(Comment.__struct_fields__, records)
    answer = Response(text, content_type="text/csv; charset=utf-8; header=present")
    answer.headers["Content-Disposition"] = 'attachment; filename="comments.csv"'
    if one.next is not None:
        given = [(name, value) for name, value in request.args.items(multi=True) if name != "after"]
        answer.headers["Link"] = f'<?{urlencode([*given, ("after", str(one.next))])}>; rel="next"'
    return answer


_FORMATS: Final[dict[str, Callable[[Page], Response]]] = {"json": _json, "csv": _csv}


def _parameters() -> list[dict[str, Any]]:
    several = "Only these; repeat it for any of several."
    return [
        parameter("contradicts", {"enum": ["0", "1"]}, "1: only where the score contradicts the text."),
        parameter("label", {"type": "array", "items": {"enum": [*LABELS]}}, several),
        parameter(
            "kind", {"type": "array", "items": {"enum": [*KINDS]}}, f"{several} Default: all but report."
        ),
        *(parameter(name, SEVERAL, several) for name in ("team", "source")),
        parameter("limit", {"type": "integer", "minimum": 1, "maximum": MOST}, "Comments of a page; 100."),
        parameter("after", TEXT, "The next of the page before."),
        parameter("format", {"enum": [*FORMATS]}, "Default: json."),
    ]


_ANSWER: Final = exactly(
    {
        "rows": {"type": "array", "items": exactly(fields(Comment))},
        "next": {"type": ["string", "null"], "description": "Also where a page is short or empty."},
    }
)
PATHS: Final[dict[str, Any]] = {
    "/api/v1/feedback/comments": {
        "get": operation("What customers said, newest first.", _ANSWER, _parameters(), missing=False)
    }
}
