"""The families as a collector of prometheus_client."""

from collections.abc import Iterator

from prometheus_client import Metric
from prometheus_client.registry import Collector

from metrics.exposition import families
from rollups.latest import Latest


class TicketCollector(Collector):
    """Exposes the latest snapshot; it never raises.

    While the store is down the last snapshot is shown with `helpdesk_store_up` 0 for ten minutes; after
    that, and where there never was one, `helpdesk_store_up` 0 is all there is (HTTP 200 all the same).
    """

    def __init__(self, latest: Latest[list[Metric]]) -> None:
        self._latest = latest

    def collect(self) -> Iterator[Metric]:
        """The families with their samples."""
        filled, up = self._latest.get()
        yield families.store_up(up=up)
        yield from filled or ()

    def describe(self) -> Iterator[Metric]:
        """The families without samples; the store isn't asked."""
        return families.empty()
