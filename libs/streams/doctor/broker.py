"""Kafka: is it there, and which."""

from collections.abc import Iterator
from contextlib import contextmanager

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from runtime.doctor import Finding, fail, ok, warn
from streams.clients import open_client

ADVICE = "start Kafka, or say with KAFKA_BOOTSTRAP_SERVERS where it is"
_OLDEST = (3, 0)
_MILLISECONDS = 3500


@contextmanager
def asking(bootstrap: str, milliseconds: int = _MILLISECONDS) -> Iterator[KafkaAdminClient]:
    """A client that doesn't wait for long: so many `milliseconds` for an answer. Raises KafkaError."""
    admin = open_client(
        KafkaAdminClient,
        bootstrap_servers=bootstrap.split(","),
        bootstrap_timeout_ms=_MILLISECONDS,
        request_timeout_ms=milliseconds,
    )
    try:
        yield admin
    finally:
        admin.close()


def cluster(bootstrap: str) -> Iterator[Finding]:
    """Which cluster answers at `bootstrap`, and in which version of the protocol."""
    try:
        with asking(bootstrap) as admin:
            described = admin.describe_cluster()
            brokers = described["brokers"]
            version = admin.get_broker_version_data(brokers[0]["broker_id"]).broker_version
    except KafkaError as error:
        yield fail(f"nobody answers at {bootstrap} ({type(error).__name__})", ADVICE)
        return
    spoken = ".".join(map(str, version))
    yield ok(
        f"{bootstrap}: cluster {described['cluster_id']}, brokers {_names(brokers)}, speaks Kafka {spoken}"
    )
    if tuple(version) < _OLDEST:
        yield warn(
            f"Kafka {spoken} has no topic ids: a topic made anew isn't noticed", "use Kafka 3 or newer"
        )


def _names(brokers: list[dict[str, object]]) -> str:
    return ", ".join(sorted(str(broker["broker_id"]) for broker in brokers))
