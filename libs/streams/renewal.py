"""Saying everything again on an output topic that was made anew.

Readers of a compacted topic rely on finding there what stands in the store, also what hasn't changed for
long. A topic that was made anew (the embedded broker restarted, a cluster rebuilt) is empty.
"""

import time
from collections.abc import Callable

import structlog
from msgspec.structs import replace

from streams.batch import Handler
from streams.positions import Position, Positions
from streams.publisher import Publisher
from streams.topics import topic_id

log = structlog.get_logger()


class Renewal:
    """Keeps `output` (a topic, None: there is nothing to keep) complete with what `handler` has to say."""

    def __init__(self, output: str | None, positions: Positions, handler: Handler, publisher: Publisher):
        self._output = output
        self._positions = positions
        self._handler = handler
        self._publisher = publisher

    def output_id(self, bootstrap: str) -> str | None:
        """The present id of the output topic, None where there is none. Raises KafkaError."""
        return None if self._output is None else topic_id(bootstrap, self._output)

    def complete(self, position: Position, output_id: str | None, go_on: Callable[[], bool]) -> Position:
        """Publish everything of the partition at `position` unless the topic with `output_id` has it.

        Returns the position, moved once all of it is durable. Between two portions `go_on` is asked; where it
        says no, the position stays and the next owner begins again. Raises Unavailable and Fenced.
        """
        if output_id is None or output_id == position.output_id:
            return position
        # Who is fenced anyway publishes nothing.
        self._positions.move(position, position)
        begun, count = time.monotonic(), 0
        for portion in self._handler.everything(position.partition):
            if not count:
                log.info("everything is published anew", topic=self._output, partition=position.partition)
            self._publisher.publish(portion, timeout=30)
            count += len(portion)
            if not go_on():
                log.info("publishing anew broken off", partition=position.partition, messages=count)
                return position
        moved = replace(position, output_id=output_id)
        self._positions.move(position, moved)
        if count:
            seconds = round(time.monotonic() - begun, 1)
            log.info("all published", partition=position.partition, messages=count, seconds=seconds)
        return moved
