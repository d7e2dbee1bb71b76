"""What was said late of what has another owner by now.

A worker may stand still between the commit of a batch and its publication, or on the way to the broker, until
another has taken the partition over and published newer things of the same names. What comes late then stands
last in the topic, and compaction would keep that alone. So whoever has lost a partition says again, as the
store has it now, what it said last, and looks again once that is durable. Where the store still has the same,
nothing is wrong any more: who changes it from here on publishes later.
"""

from collections.abc import Collection, Iterable

from kafka import TopicPartition

from streams.batch import Handler
from streams.publisher import Message, Publisher


class LastWords:
    """What `handler` had to say through `publisher` since its positions were last seen to be where they were
    left."""

    def __init__(self, handler: Handler, publisher: Publisher) -> None:
        self._handler = handler
        self._publisher = publisher
        self._said: dict[TopicPartition, set[str]] = {}
        self._doubtful: set[str] = set()
        self._told: set[Message] = set()

    def add(self, partition: TopicPartition, names: Iterable[str]) -> None:
        """What `names` stand for (see Outcome.pending) is going to be published for `partition`."""
        self._said.setdefault(partition, set()).update(names)

    def renew(self, partition: TopicPartition, names: Iterable[str]) -> None:
        """So it is, and what was published before it is durable and was in time: the position has just been
        moved on from there."""
        self._said[partition] = set(names)

    def check(self, partition: TopicPartition) -> None:
        """What was published for `partition` is durable now. Where partitions were added to the topic, the
        readers of two have to do with the same names: what another has changed by now is in doubt."""
        if names := self._said.get(partition):
            self._doubtful.update(self._handler.elsewhere(partition.partition, sorted(names)))

    def repeat(self, kept: Collection[TopicPartition]) -> None:
        """Say again what may have come late for partitions that aren't `kept`; call it turn by turn: each
        looks once. Raises Unavailable and PyMongoError; then it is still to be done."""
        for lost in [partition for partition in self._said if partition not in kept]:
            self._doubtful |= self._said.pop(lost)
        if not self._doubtful:
            return
        now = self._handler.republish(sorted(self._doubtful))
        untold = [message for message in now if message not in self._told]
        self._publisher.publish(untold, timeout=30)
        self._told = set(now)
        if not untold:
            self._doubtful, self._told = set(), set()
