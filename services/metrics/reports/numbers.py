"""The figures of one row, by measure. `null` says that there is nothing to tell, which is not 0."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from events.instants import SECOND
from rollups.sketch import quantile

Amounts = Mapping[str, int]
"""Measure → amount, as the aggregates keep them; absent is 0."""


Clock = Literal["calendar", "business"]


class Volume(Struct, kw_only=True, frozen=True):
    """How many tickets and messages came in."""

    created: int
    customer_messages: int


class Resolutions(Struct, kw_only=True, frozen=True):
    """How many times tickets were resolved."""

    resolutions: int


class Reopens(Struct, kw_only=True, frozen=True):
    """How many times resolved tickets were reopened."""

    reopens: int


class Backlog(Struct, kw_only=True, frozen=True):
    """How many tickets were unresolved."""

    backlog: int


class Durations(Struct, kw_only=True, frozen=True):
    """Seconds. The mean is exact, percentiles are within 1 % (linear between ranks)."""

    clock: Clock = "calendar"
    count: int
    mean: float | None
    p50: float | None
    p75: float | None
    p90: float | None
    p95: float | None
    p99: float | None


class ResolutionRate(Struct, kw_only=True, frozen=True):
    """`flow` is resolutions / created; `cohort` the share of the created that is resolved now."""

    created: int
    resolutions: int
    flow: float | None
    cohort_resolved: int
    cohort: float | None


class Attainment(Struct, kw_only=True, frozen=True):
    """Promises kept and broken; `attainment` is the share that was kept."""

    met: int
    breached: int
    attainment: float | None


Figures = Attainment | Volume | Resolutions | Reopens | Backlog | Durations | ResolutionRate


def volume(amounts: Amounts) -> Volume:
    """Tickets and customer messages."""
    return Volume(created=amounts.get("created", 0), customer_messages=amounts.get("customer_messages", 0))


def resolutions(amounts: Amounts) -> Resolutions:
    """Resolutions."""
    return Resolutions(resolutions=amounts.get("resolutions", 0))


def reopens(amounts: Amounts) -> Reopens:
    """Reopenings."""
    return Reopens(reopens=amounts.get("reopens", 0))


def backlog(amounts: Amounts) -> Backlog:
    """What is left of all that happened before: created and reopened, not resolved."""
    arrived = amounts.get("created", 0) + amounts.get("reopens", 0)
    return Backlog(backlog=arrived - amounts.get("resolutions", 0))


def durations(amounts: Amounts, measure: str, clock: Clock) -> Durations:
    """Count, mean and percentiles of the durations under `measure`, by `clock`."""
    count = amounts.get(f"{measure}.n", 0)
    us = amounts.get(f"{measure}.s", 0) * SECOND + amounts.get(f"{measure}.u", 0)
    prefix = f"{measure}.b."
    bins = {int(name.removeprefix(prefix)): n for name, n in amounts.items() if name.startswith(prefix)}

    def percentile(share: float) -> float | None:
        value = quantile(bins, share)
        return None if value is None else round(value / SECOND, 6)

    return Durations(
        clock=clock,
        count=count,
        # Whole numbers divide to the nearest float, however large they are.
        mean=us / (count * SECOND) if count else None,
        p50=percentile(0.50),
        p75=percentile(0.75),
        p90=percentile(0.90),
        p95=percentile(0.95),
        p99=percentile(0.99),
    )


def resolution_rate(amounts: Amounts) -> ResolutionRate:
    """Both variants of the rate, with what they are made of."""
    created = amounts.get("created", 0)
    resolved = amounts.get("resolutions", 0)
    cohort_resolved = amounts.get("cohort_resolved", 0)
    return ResolutionRate(
        created=created,
        resolutions=resolved,
        flow=resolved / created if created else None,
        cohort_resolved=cohort_resolved,
        cohort=cohort_resolved / created if created else None,
    )


def attainment(amounts: Amounts, target: str) -> Attainment:
    """How the promises of `target` fared."""
    met, breached = (amounts.get(f"sla.{target}.{outcome}", 0) for outcome in ("met", "breached"))
    decided = met + breached
    return Attainment(met=met, breached=breached, attainment=met / decided if decided else None)
