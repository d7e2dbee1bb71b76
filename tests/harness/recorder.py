"""A small handler whose effects are plain to see, and a consumer that runs it."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from prometheus_client import CollectorRegistry
from pymongo import MongoClient
from pymongo.client_session import ClientSession

from events.topics import EVENTS, TICKETS
from harness.wait import until
from streams.batch import Batch, Outcome
from streams.clock import SharedClock
from streams.consumer import ExactlyOnce
from streams.membership import Subscription
from streams.positions import Positions
from streams.publisher import Message, Publisher
from streams.telemetry import Telemetry

Mongo = MongoClient[dict[str, Any]]


class Recorder:
    """Writes down each record's value; says it on `helpdesk.tickets`; raises `failures` first, in turn.

    `known` is what it has to say of each partition as a whole, portion by portion; `asked` the partitions
    that were asked for, `between` what happens after each portion. `moved` says of values to which partition
    they have come.
    """

    def __init__(self, client: Mongo, database: str) -> None:
        self._effects = client[database]["effects"]
        client[database].create_collection("effects", check_exists=False)
        client[database].create_collection("positions", check_exists=False)
        self.failures: list[Exception] = []
        self.known: dict[int, list[list[str]]] = {}
        self.asked: list[int] = []
        self.between: Callable[[], None] = lambda: None
        self.moved: dict[str, int] = {}

    def process(self, batch: Batch, session: ClientSession) -> Outcome:
        """Insert a document for each record, then fail if that is still to be done."""
        values = [record.value.decode() for record in batch.records]
        self._effects.insert_many([{"value": value} for value in values], session=session)
        if self.failures:
            raise self.failures.pop(0)
        said = [Message(TICKETS, value.encode(), b"said") for value in values]
        return Outcome(outgoing=said, pending=values, newest=len(values), counts={"handled": len(values)})

    def republish(self, pending: Sequence[str]) -> list[Message]:
        """Say what is `pending` once more."""
        return [Message(TICKETS, value.encode(), b"said again") for value in pending]

    def elsewhere(self, partition: int, pending: Sequence[str]) -> list[str]:
        """Those of `pending` that are `moved` to another partition."""
        return [name for name in pending if self.moved.get(name, partition) != partition]

    def everything(self, partition: int) -> Iterator[list[Message]]:
        """What is `known` of `partition`."""
        self.asked.append(partition)
        for portion in self.known.get(partition, []):
            yield [Message(TICKETS, value.encode(), b"known") for value in portion]
            self.between()

    def is_due(self, _partition: int, _now: int) -> bool:
        """Nothing here changes by the passing of time."""
        return False

    def elapse(self, _partition: int, _now: int, _session: ClientSession) -> Outcome:
        """Nothing to do."""
        return Outcome()

    def effects(self) -> Counter[str]:
        """How often each value was written down."""
        return Counter(document["value"] for document in self._effects.find())


class Reader:
    """An exactly-once consumer of `helpdesk.events` that runs `handler`, driven by hand.

    Readers of one `database` share their positions; as members of different Kafka groups (`group`) each
    believes itself to be the owner of every partition. `output` is the topic that they keep complete.
    """

    def __init__(
        self,
        bootstrap: str,
        client: Mongo,
        database: str,
        handler: Recorder,
        group: str = "a",
        output: str | None = None,
    ) -> None:
        self.registry = CollectorRegistry()
        self.positions = Positions(client[database], "readers")
        self._publisher = Publisher(bootstrap, linger_ms=0)
        self.consumer = ExactlyOnce(
            Subscription(bootstrap, EVENTS, group, batch_size=10, output=output),
            client,
            self.positions,
            handler,
            self._publisher,
            Telemetry(self.registry),
            SharedClock(client),
        )

    def turn_until(self, condition: Callable[[], Any], what: str, seconds: float = 30) -> None:
        """Turn the loop until `condition`; raises AssertionError after `seconds`."""

        def turned() -> Any:
            self.consumer.turn()
            return condition()

        until(turned, seconds, what)

    def adopt(self) -> "Reader":
        """Turn until all partitions are this reader's."""
        self.turn_until(self.consumer.assigned, "the partitions to be adopted")
        return self

    def sample(self, name: str, **labels: str) -> float:
        """One of its health metrics, 0 where it doesn't exist."""
        return self.registry.get_sample_value(name, labels) or 0.0

    def close(self) -> None:
        """Leave the group."""
        self.consumer.close()
        self._publisher.close()
