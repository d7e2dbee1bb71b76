"""The families as a collector of prometheus_client."""

from prometheus_client import Metric

from metrics.exposition import families
from rollups.collector import SnapshotCollector
from rollups.latest import Latest


class TicketCollector(SnapshotCollector):
    """Exposes the latest snapshot of the tickets' families."""

    def __init__(self, latest: Latest[list[Metric]]) -> None:
        super().__init__(latest, families.STORE_UP, families.empty)
