"""`GET /api/v1/reports/<measure>`: figures of any period, from the aggregates."""

from typing import Final, cast, get_args

from flask import Blueprint, Response, request

from metrics.contributions import LABELS
from metrics.reports.measures import MEASURES, chosen
from metrics.reports.numbers import Clock
from metrics.sla.policy import TARGETS, Target
from metrics.store import Store
from reports.answer import report as answer_report
from reports.measure import Measure
from reports.query import read_query
from runtime.parameters import Parameters, bad, one_of, parsed
from runtime.problems import Problem

CLOCKS: Final = get_args(Clock)


def add_routes(api: Blueprint, store: Store, width: int) -> None:
    """Add the route to `api`, answered from `store`, whose buckets are `width` seconds wide where it doesn't
    know better."""

    @api.get("/reports/<measure>")
    def report(measure: str) -> Response:
        if measure not in MEASURES:
            raise Problem(404, "Unknown measure", f"expected one of {', '.join(MEASURES)}")
        query = read_query(request.args, LABELS, ("clock", "target"))
        wanted = _chosen(measure, request.args)
        return answer_report(wanted, store.rollups, query, store.bucket_width() or width, "metrics.bucket")


def _chosen(name: str, given: Parameters) -> Measure:
    clock = cast("Clock | None", parsed(given, "clock", one_of(*CLOCKS)))
    target = cast("Target | None", parsed(given, "target", one_of(*TARGETS)))
    try:
        return chosen(name, clock, target) or MEASURES[name]
    except ValueError as error:
        raise bad(str(error), f"{name} has no such choice") from None
