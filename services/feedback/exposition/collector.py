"""What customers say, among the families of a registry."""

from prometheus_client import CollectorRegistry

from feedback.exposition import families
from feedback.exposition.reader import SnapshotReader
from feedback.scores.measures import Question
from feedback.settings import Settings
from feedback.store import Store
from rollups.collector import SnapshotCollector
from rollups.latest import Latest


def register(registry: CollectorRegistry, store: Store, settings: Settings) -> None:
    """Let `registry` show the latest snapshot of `store`, by the questionnaires and the cap of `settings`."""
    questions = {name: Question(one.kind, one.scale) for name, one in settings.known.items()}
    reader = SnapshotReader(store, settings.config.metrics.label_values, questions)
    registry.register(SnapshotCollector(Latest(reader), families.STORE_UP, families.empty))
