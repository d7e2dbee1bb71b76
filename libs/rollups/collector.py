"""A snapshot's families as a collector of prometheus_client."""

from collections.abc import Callable, Iterable, Iterator

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from rollups.latest import Latest


class SnapshotCollector(Collector):
    """Exposes the latest snapshot; it never raises.

    While the store is down the last snapshot is shown for ten minutes with the gauge `up` (name, help) at 0;
    after that, and where there never was one, the gauge is all there is (HTTP 200 all the same). `empty`
    gives the families without samples.
    """

    def __init__(
        self, latest: Latest[list[Metric]], up: tuple[str, str], empty: Callable[[], Iterable[Metric]]
    ) -> None:
        self._latest = latest
        self._up = up
        self._empty = empty

    def collect(self) -> Iterator[Metric]:
        """The families with their samples."""
        filled, up = self._latest.get()
        yield GaugeMetricFamily(*self._up, value=float(up))
        yield from filled or ()

    def describe(self) -> Iterator[Metric]:
        """The families without samples; the store isn't asked."""
        yield GaugeMetricFamily(*self._up)
        yield from self._empty()
