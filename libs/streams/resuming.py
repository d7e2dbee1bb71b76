"""Where reading a partition goes on: at its stored position, or where that can't be, after saying so."""

from collections.abc import Iterable

import structlog
from kafka import TopicPartition
from msgspec.structs import replace

from streams.positions import Position, Positions
from streams.sessions import Sessions
from streams.telemetry import Telemetry

log = structlog.get_logger()


class Resuming:
    """Moves `positions` to where reading can go on, in `sessions`; `telemetry` counts what was missed."""

    def __init__(self, positions: Positions, sessions: Sessions, telemetry: Telemetry) -> None:
        self._positions = positions
        self._sessions = sessions
        self._telemetry = telemetry

    def stored(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, Position | None]:
        """The stored positions of `partitions`, for which their readers before have nothing open any more."""
        found = {one: self._positions.load(one.topic, one.partition) for one in partitions}
        self._sessions.end_others(position for position in found.values() if position)
        return found

    def position(
        self, partition: TopicPartition, stored: Position | None, current: str, first: int
    ) -> Position:
        """The position of `partition`, which has the topic id `current` and begins at the offset `first`: the
        `stored` one, moved to where reading can go on if it can't go on there. Raises Fenced."""
        if stored is None:
            start = Position(
                topic=partition.topic,
                partition=partition.partition,
                topic_id=current,
                offset=first,
                session=self._sessions.name(partition.partition),
            )
            self._positions.start(start)
            return start
        stored = self._sessions.own(stored)
        if stored.topic_id != current:
            log.warning("the topic was made anew: read from its beginning", partition=partition.partition)
            moved = replace(stored, topic_id=current, offset=first)
            self._positions.move(stored, moved)
            return moved
        return self.over_gap(stored, first) if stored.offset < first else stored

    def over_gap(self, position: Position, offset: int) -> Position:
        """Go on at `offset`, because the broker no longer has what stood at `position`; say so loudly."""
        self._telemetry.gaps.labels(position.topic, position.partition).inc()
        log.error(
            "messages are gone from the topic that were never read: import that time again",
            partition=position.partition,
            wanted=position.offset,
            found=offset,
        )
        moved = replace(position, offset=offset)
        self._positions.move(position, moved)
        return moved
