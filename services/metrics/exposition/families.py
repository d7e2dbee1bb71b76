"""The table of metric families, and how the numbers of a snapshot fill them (pure)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily

from metrics.exposition.numbers import COHORT_WINDOWS, Numbers
from metrics.sla.policy import TARGETS
from metrics.transitions import BOUNDS, MEASURES
from rollups.exposition import Shown, buckets, gauge, seconds_sum

_LABELS: Final = ("source", "team", "priority", "channel")
_STATUSES: Final = ("new", "open", "pending", "on_hold")

_COUNTERS: Final = {
    "created": ("helpdesk_tickets_created", "Tickets created, as first known."),
    "resolved": ("helpdesk_tickets_resolved", "Resolutions of tickets, as first known."),
    "reopened": ("helpdesk_tickets_reopened", "Reopenings of resolved tickets, as first known."),
    "customer_messages": ("helpdesk_customer_messages", "Public messages of customers, as first known."),
}
_HISTOGRAMS: Final = {
    "first_response": (
        "helpdesk_first_response_seconds",
        "From a ticket's creation to the first public comment of an agent, as first known.",
    ),
    "next_response": (
        "helpdesk_next_response_seconds",
        "From the oldest unanswered customer message to the next public comment of an agent, as first known.",
    ),
    "resolution": (
        "helpdesk_resolution_seconds",
        "From a ticket's creation to each of its resolutions, as first known.",
    ),
}
_CLOCKS: Final = {"calendar": "", "business": "_business"}
_SLA: Final = {
    "met": ("helpdesk_sla_met", "Promises kept, by target, as first known."),
    "breached": ("helpdesk_sla_breached", "Promises broken, by target, as first known."),
}
_SLA_LEVELS: Final = {
    "overdue": ("helpdesk_sla_overdue_tickets", "Unresolved promises that are broken and still open now."),
    "due_soon": (
        "helpdesk_sla_due_soon_tickets",
        "Promises of whose end the policy warns now.",
    ),
}
_RESTATEMENTS: Final = (
    "helpdesk_restatements",
    "Values that a late event or a deletion changed after they were counted; reports follow, totals don't.",
)
_BACKLOG: Final = ("helpdesk_backlog_tickets", "Unresolved tickets now, by status.")
_UNANSWERED: Final = ("helpdesk_unanswered_tickets", "Unresolved tickets whose customer waits for an answer.")
_OLDEST: Final = (
    "helpdesk_backlog_oldest_created_timestamp_seconds",
    "When the oldest unresolved ticket was created; absent where there is none.",
)
_COHORTS: Final = {
    "created": ("helpdesk_cohort_tickets", "Tickets created within the window up to now."),
    "cohort_resolved": (
        "helpdesk_cohort_resolved_tickets",
        "Tickets created within the window up to now that are resolved now.",
    ),
}
_FOLDED: Final = (
    "helpdesk_folded_label_sets",
    "Label sets of which a value is shown as other, because metrics.label_values are shown already.",
)
_NEWEST: Final = (
    "helpdesk_data_last_event_timestamp_seconds",
    "The time of the newest event in these numbers.",
)
_TAKEN: Final = ("helpdesk_snapshot_timestamp_seconds", "When these numbers were read from the store.")
STORE_UP: Final = ("helpdesk_store_up", "1 when the store answered the last time it was asked, else 0.")


def empty() -> Iterator[Metric]:
    """Every family without a sample."""
    for family in families(Numbers(), Shape()):
        family.samples.clear()
        yield family


@dataclass(frozen=True, slots=True)
class Shape:
    """What there is to be shown: `bounds` of the histograms (seconds), `targets` that anybody promises, and
    whether anything is counted in `business` hours."""

    bounds: Sequence[int] = BOUNDS
    targets: Sequence[str] = TARGETS
    business: bool = True

    @property
    def measures(self) -> list[str]:
        """Those of MEASURES that can be counted."""
        return [
            name
            for name in MEASURES
            if (name.split(".")[1] in self.targets if name.startswith("sla.") else True)
            and (self.business or not name.endswith("_business"))
        ]


def families(numbers: Numbers, shape: Shape) -> list[Metric]:
    """The families that `numbers` fill; every label set is in each of them, from 0 on."""
    return [
        *_totals(numbers.totals, shape.measures),
        *_promises(numbers.totals, shape.targets),
        *_histograms(numbers.totals, shape),
        *_levels(numbers.levels, shape.targets),
        gauge(_OLDEST, _LABELS[:2], numbers.oldest.items()),
        *_cohorts(numbers.cohorts),
        gauge(_FOLDED, (), [((), numbers.folded)]),
        gauge(_NEWEST, (), [] if numbers.newest is None else [((), numbers.newest)]),
        gauge(_TAKEN, (), [((), numbers.taken_at)]),
    ]


def _totals(totals: Mapping[Shown, Mapping[str, int]], measures: Sequence[str]) -> Iterator[Metric]:
    for measure, (name, text) in _COUNTERS.items():
        family = CounterMetricFamily(name, text, labels=_LABELS)
        for labels, amounts in totals.items():
            family.add_metric(labels, amounts.get(measure, 0))
        yield family
    restatements = CounterMetricFamily(*_RESTATEMENTS, labels=(*_LABELS, "measure"))
    for labels, amounts in totals.items():
        for measure in measures:
            restatements.add_metric((*labels, measure), amounts.get(f"restated.{measure}", 0))
    yield restatements


def _promises(totals: Mapping[Shown, Mapping[str, int]], targets: Sequence[str]) -> Iterator[Metric]:
    for outcome, (name, text) in _SLA.items():
        family = CounterMetricFamily(name, text, labels=(*_LABELS, "target"))
        for labels, amounts in totals.items():
            for target in targets:
                family.add_metric((*labels, target), amounts.get(f"sla.{target}.{outcome}", 0))
        yield family


def _histograms(totals: Mapping[Shown, Mapping[str, int]], shape: Shape) -> Iterator[Metric]:
    clocks = _CLOCKS if shape.business else {"calendar": ""}
    for measure, (name, text) in _HISTOGRAMS.items():
        family = HistogramMetricFamily(name, text, labels=(*_LABELS, "clock"))
        for labels, amounts in totals.items():
            for clock, suffix in clocks.items():
                name_of = f"{measure}{suffix}"
                family.add_metric(
                    (*labels, clock), buckets(amounts, name_of, shape.bounds), seconds_sum(amounts, name_of)
                )
        yield family


def _levels(levels: Mapping[Shown, Mapping[str, int]], targets: Sequence[str]) -> Iterator[Metric]:
    backlog = [
        ((*labels, status), amounts.get(f"backlog.{status}", 0))
        for labels, amounts in levels.items()
        for status in _STATUSES
    ]
    yield gauge(_BACKLOG, (*_LABELS, "status"), backlog)
    for level, family in _SLA_LEVELS.items():
        samples = [
            ((*labels, target), amounts.get(f"{level}.{target}", 0))
            for labels, amounts in levels.items()
            for target in targets
        ]
        yield gauge(family, (*_LABELS, "target"), samples)
    yield gauge(
        _UNANSWERED, _LABELS, [(labels, amounts.get("unanswered", 0)) for labels, amounts in levels.items()]
    )


def _cohorts(cohorts: Mapping[Shown, Mapping[str, int]]) -> Iterator[Metric]:
    for measure, family in _COHORTS.items():
        samples = [
            ((*labels, window), amounts.get(f"{measure}.{window}", 0))
            for labels, amounts in cohorts.items()
            for window in COHORT_WINDOWS
        ]
        yield gauge(family, (*_LABELS, "window"), samples)
