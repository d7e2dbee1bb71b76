"""`GET /api/v1/feedback/<measure>`: what customers answered and said in any period, from the aggregates."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, cast, get_args

from flask import Blueprint, Response, request
from pymongo.read_concern import ReadConcern

from feedback.config import Questionnaire
from feedback.scores.answers import LABELS
from feedback.scores.measures import Choice, Entry, Period, Question, catalogue
from feedback.store import WIDTH, Store
from feedback.web.described import SEVERAL, TEXT, TIME, exactly, fields, operation, parameter
from reports.answer import report
from reports.query import FORMATS, Query, read_query
from rollups.intervals import INTERVALS
from rollups.store import RollupStore
from runtime.parameters import Parameters, bad, one_of, parsed
from runtime.problems import Problem

PERIODS: Final[tuple[Period, ...]] = get_args(Period)
_CHOICES: Final = ("period", "scale", "survey")


def add_routes(api: Blueprint, store: Store, known: Mapping[str, Questionnaire], enough: int) -> None:
    """Add the route to `api`, answered from `store`. `known` are the configured questionnaires; figures of
    fewer than `enough` answers are marked."""
    questions = {name: Question(one.kind, one.scale) for name, one in known.items()}
    entries = catalogue(questions, enough)
    surveys = [name for name, entry in entries.items() if "scale" in entry.choices]
    # Of one moment: an answer and its correction may stand in two documents, and one alone would be nonsense.
    collection = store.database.get_collection("rollups", read_concern=ReadConcern("snapshot"))
    rollups = RollupStore(collection, LABELS)

    @api.get("/feedback/<measure>")
    def score(measure: str) -> Response:
        entry = entries.get(measure)
        if entry is None:
            raise Problem(404, "Unknown measure", f"expected one of {', '.join(entries)}")
        query = read_query(request.args, LABELS, _CHOICES)
        choice = _choice(measure, entry, query, request.args, surveys)
        try:
            chosen = entry.make(choice)
        except ValueError as error:
            raise bad("scale", str(error)) from None
        return report(chosen, rollups, _without_agents(query, choice), WIDTH)


def _choice(name: str, entry: Entry, query: Query, given: Parameters, surveys: list[str]) -> Choice:
    by_agent = "agent" in query.group_by or "agent" in given
    asked = {*(one for one in _CHOICES if one in given), *(["agent"] if by_agent else [])}
    for wrong in sorted(asked - entry.choices):
        raise bad(wrong, f"{name} isn't told apart by it")
    if "" in given.getlist("agent"):
        raise bad("agent", "name an agent: what is credited to nobody isn't counted apart")
    return Choice(
        period=cast("Period | None", parsed(given, "period", one_of(*PERIODS))) or "answer",
        whose="agent" if by_agent else "all",
        scale=parsed(given, "scale", _scale),
        survey=parsed(given, "survey", one_of(*surveys)),
    )


def _without_agents(query: Query, choice: Choice) -> Query:
    """What is of all stands where no agent is named."""
    return query if choice.whose == "agent" else replace(query, where={**query.where, "agent": None})


def _scale(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:4]) <= 100:
        raise ValueError("expected the best point of a scale, 1 to 100")
    return int(text)


def _rows() -> list[dict[str, Any]]:
    """What a row may look like: the labels of group_by, then the figures."""
    labels = {name: {"type": ["string", "null"]} for name in LABELS}
    shapes = dict.fromkeys(entry.shape for entry in catalogue({}).values())
    figures = [fields(shape) for shape in shapes]
    return [
        exactly({"from": TIME, "to": TIME, **labels, **one}, required=["from", "to", *one]) for one in figures
    ]


def _answer() -> dict[str, Any]:
    edge = {"anyOf": [TIME, {"type": "null"}]}
    return exactly(
        {
            "measure": TEXT,
            "definition": TEXT,
            "unit": {"enum": ["ratio", "points", "count"]},
            "from": edge,
            "to": edge,
            "tz": TEXT,
            "interval": {"enum": [*INTERVALS, None]},
            "group_by": {"type": "array", "items": {"enum": [*LABELS]}},
            "bucket_seconds": {"type": "integer"},
            "rows": {"type": "array", "items": {"anyOf": _rows()}},
        }
    )


def _parameters() -> list[dict[str, Any]]:
    when = "RFC 3339, or a date or time on the clocks of tz; default: everything there is."
    measures = f"One of {', '.join(catalogue({}))}, or a configured question set."
    return [
        parameter("measure", TEXT, measures, place="path"),
        parameter("from", TEXT, f"The beginning: {when}"),
        parameter("to", TEXT, f"The end, not included: {when}"),
        parameter("interval", {"enum": [*INTERVALS]}, "A row per interval; default: one for all."),
        parameter("tz", TEXT, "An IANA time zone; default: UTC."),
        parameter("group_by", TEXT, f"Names among {', '.join(LABELS)} between commas."),
        parameter(
            "period",
            {"enum": [*PERIODS]},
            "Whether a period is that of the answers or of the "
            "resolutions that were asked about; default: answer.",
        ),
        parameter("scale", {"type": "integer"}, "The best point of the scale; default: the configured one."),
        parameter("survey", TEXT, "Whose response rate; default: that of all."),
        parameter("format", {"enum": [*FORMATS]}, "Default: json."),
        *(parameter(label, SEVERAL, "Only these; repeat it for any of several.") for label in LABELS),
    ]


PATHS: Final[dict[str, Any]] = {
    "/api/v1/feedback/{measure}": {
        "get": operation("Scores, each with its formula.", _answer(), _parameters(), missing=True)
    }
}
