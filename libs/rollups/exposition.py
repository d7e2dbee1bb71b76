"""From durable totals to what Prometheus reads: label values that are shown, cumulative buckets (pure)."""

from collections.abc import Iterable, Mapping, Sequence, Set
from functools import lru_cache
from typing import Final

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.utils import floatToGoString

from events.instants import SECOND
from rollups.amounts import Labels
from rollups.totals import INFINITE

OTHER: Final = "other"
"""What an unknown value is shown as, and one beyond the cap."""

Shown = tuple[str, ...]
"""A label set as it is exposed: every value a word."""
Sample = tuple[Shown, float]
Family = tuple[str, str]
"""Its name and what it tells."""


def shown(labels: Labels, allowed: Sequence[Set[str]]) -> Shown:
    """`labels` as they are exposed, where `allowed` holds the values that each label may show."""
    return tuple(
        value if value is not None and value in values else OTHER
        for value, values in zip(labels, allowed, strict=True)
    )


def is_folded(labels: Labels, allowed: Sequence[Set[str]]) -> bool:
    """Whether `labels` hold a value that is known but not shown."""
    return any(
        value not in values and value not in (None, OTHER)
        for value, values in zip(labels, allowed, strict=True)
    )


def values_of(label_sets: Iterable[Labels], count: int) -> list[set[str]]:
    """The known values of each of the `count` labels in `label_sets`."""
    values: list[set[str]] = [set() for _ in range(count)]
    for labels in label_sets:
        for known, value in zip(values, labels, strict=True):
            if value is not None and value != OTHER:
                known.add(value)
    return values


def buckets(numbers: Mapping[str, int], measure: str, bounds: Sequence[int]) -> list[tuple[str, float]]:
    """The cumulative buckets of `measure` as (le, count), +Inf last.

    `numbers` hold, under `<measure>.le.<bound>`, what is not above that bound but above the one before it;
    bounds that are counted but no longer exposed count under the next that is.
    """
    prefix = f"{measure}.le."
    counts = {name.removeprefix(prefix): n for name, n in numbers.items() if name.startswith(prefix)}
    total = sum(counts.values())
    finite = [(int(bound), n) for bound, n in counts.items() if bound != INFINITE]
    upto = [(_le(bound), sum(n for at, n in finite if at <= bound)) for bound in bounds]
    return [*upto, ("+Inf", total)]


def seconds_sum(numbers: Mapping[str, int], measure: str) -> float:
    """The sum of all durations of `measure`, in seconds."""
    return numbers.get(f"{measure}.s", 0) + numbers.get(f"{measure}.u", 0) / SECOND


@lru_cache(maxsize=256)
def _le(bound: int) -> str:
    # Prometheus 2 takes "300" and "300.0" for two buckets: write it as all Prometheus clients do.
    return str(floatToGoString(bound))  # type: ignore[no-untyped-call]


def counter(family: Family, labels: Sequence[str], samples: Iterable[Sample]) -> Metric:
    """The counter `family` with `labels`, filled with `samples`."""
    return _filled(CounterMetricFamily(*family, labels=labels), samples)


def gauge(family: Family, labels: Sequence[str], samples: Iterable[Sample]) -> Metric:
    """The gauge `family` with `labels`, filled with `samples`."""
    return _filled(GaugeMetricFamily(*family, labels=labels), samples)


def _filled(made: CounterMetricFamily | GaugeMetricFamily, samples: Iterable[Sample]) -> Metric:
    for values, value in samples:
        made.add_metric(values, value)
    return made
