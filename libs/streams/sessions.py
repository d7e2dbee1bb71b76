"""The sessions with the store in which partitions are worked on, one for each.

A worker that is killed amid a transaction leaves it open in the store, and what it has locked stays locked
until the store gives it up: after a minute (transactionLifetimeLimitSeconds). So a position names the session
that its reader works in, and the next reader ends that before it begins. The same session for all
transactions of a partition also has the store end one whose answers the network lost, once the next begins.
"""

from collections.abc import Iterable
from typing import Any

import structlog
from bson.binary import UUID_SUBTYPE, Binary
from msgspec.structs import replace
from pymongo import MongoClient
from pymongo.client_session import ClientSession
from pymongo.errors import OperationFailure

from streams.positions import Position, Positions

log = structlog.get_logger()


class Sessions:
    """Sessions of `client` by partition of a topic, named in `positions`; close them."""

    def __init__(self, client: MongoClient[dict[str, Any]], positions: Positions) -> None:
        self._client = client
        self._positions = positions
        self._sessions: dict[int, ClientSession] = {}

    def of(self, partition: int) -> ClientSession:
        """The session for `partition`."""
        if partition not in self._sessions:
            self._sessions[partition] = self._client.start_session()
        return self._sessions[partition]

    def name(self, partition: int) -> str:
        """Its name in positions."""
        return bytes(self.of(partition).session_id["id"]).hex()

    def end_others(self, stored: Iterable[Position]) -> None:
        """End what those who read `stored` positions before may have left open. Raises PyMongoError.

        All of it before any is moved: a transaction of one partition may hold positions of others, that of
        another heir's partition until that heir ends it.
        """
        others = sorted({one.session for one in stored} - {"", *map(self.name, self._sessions)})
        if not others:
            return
        try:
            self._client.admin.command("killSessions", [{"id": _id(name)} for name in others])
        except OperationFailure as error:
            log.warning(
                "transactions left open end by themselves, within a minute",
                readers=len(others),
                cause=error.code,
            )

    def own(self, position: Position) -> Position:
        """`position` as this process' own. Raises Fenced and PyMongoError."""
        moved = replace(position, session=self.name(position.partition))
        if moved != position:
            self._positions.move(position, moved)
        return moved

    def close(self) -> None:
        """End them all."""
        for session in self._sessions.values():
            session.end_session()


def _id(name: str) -> Binary:
    return Binary(bytes.fromhex(name), UUID_SUBTYPE)
