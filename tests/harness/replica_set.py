"""A replica set of three members of a test's own: any of them dies or stands still, and the others go on."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from bson import ObjectId
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from harness.parts import Mongod
from harness.wait import until
from local import mongod
from local.ports import HOST
from local.replica_set import NAME

_SECONDS: Final = 60.0
_SETTINGS: Final = {"electionTimeoutMillis": 2000, "heartbeatIntervalMillis": 500}
"""Whoever doesn't hear of a primary for two seconds wants to be it. MongoDB's own are 10 s and 2 s."""


class Member(Mongod):
    """One of several: it takes writes only when the others have chosen it."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.host = f"{HOST}:{self._port}"
        self.client: MongoClient[dict[str, Any]] = MongoClient(
            self.host,
            directConnection=True,
            connect=False,
            serverSelectionTimeoutMS=1000,
            connectTimeoutMS=1000,
            socketTimeoutMS=2000,
            heartbeatFrequencyMS=500,
        )

    def start(self) -> None:
        """Start it; it takes part once it answers the others."""
        self.starts += 1
        log = self._directory / f"mongod-{self.starts}.log"
        self.child = mongod.start(self._directory / "mongo", log, self._port)

    def hello(self) -> dict[str, Any]:
        """What it says of itself; nothing while it doesn't answer."""
        return self._asked("hello")

    def rollbacks(self) -> int:
        """A number that grows whenever it takes back writes that the majority never had; 0 while it doesn't
        answer."""
        number: int = self._asked("replSetGetRBID").get("rbid", 0)
        return number

    def _asked(self, command: str) -> dict[str, Any]:
        with suppress(PyMongoError):
            return self.client.admin.command(command)
        return {}


class ReplicaSet:
    """Three members. `address` names them all; writes are durable once two of them have them."""

    def __init__(self, directory: Path) -> None:
        self.members = [Member(directory / f"member-{number}") for number in range(3)]
        hosts = ",".join(member.host for member in self.members)
        self.address = f"mongodb://{hosts}/?replicaSet={NAME}&w=majority"

    def start(self) -> None:
        """Start all of them and wait until they work together."""
        for member in self.members:
            member.start()
        until(lambda: all(member.hello() for member in self.members), _SECONDS, "all members to answer")
        members = [{"_id": number, "host": member.host} for number, member in enumerate(self.members)]
        config = {"_id": NAME, "members": members, "settings": _SETTINGS}
        # With a client that waits for the answer: all three are asked meanwhile.
        with MongoClient[dict[str, Any]](self.members[0].host, directConnection=True) as patient:
            patient.admin.command("replSetInitiate", config)
        self.await_complete()

    def others(self, member: Member) -> list[Member]:
        """All but `member`."""
        return [other for other in self.members if other is not member]

    def await_primary(self, among: Collection[Member]) -> Member:
        """The one of `among` that takes writes, once there is one."""
        primary = until(lambda: _primary(among), _SECONDS, "a primary")
        assert primary is not None
        return primary

    def await_complete(self) -> Member:
        """The primary, once one is and the others follow it."""

        def complete() -> Member | None:
            primary = _primary(self.members)
            follow = primary and all(member.hello().get("secondary") for member in self.others(primary))
            return primary if follow else None

        primary = until(complete, _SECONDS, "a primary that two others follow")
        assert primary is not None
        return primary

    @contextmanager
    def patient(self) -> Iterator[None]:
        """Until the block ends a member that hears nothing of the others waits eight seconds for them before
        it stops being primary, or wants to be it."""
        self._reconfigure(electionTimeoutMillis=8_000)
        try:
            yield
        finally:
            self._reconfigure(**_SETTINGS)

    def _reconfigure(self, **settings: int) -> None:
        with MongoClient[dict[str, Any]](self.await_complete().host, directConnection=True) as primary:
            config = primary.admin.command("replSetGetConfig")["config"]
            config["settings"] |= settings
            config["version"] += 1
            primary.admin.command("replSetReconfig", config)

    def stop(self) -> None:
        """Kill them: there is nothing to keep."""
        for member in self.members:
            member.client.close()
            if member.starts:
                member.kill()


def _primary(members: Collection[Member]) -> Member | None:
    """Who was elected last: one that stood still meanwhile may still take itself for the primary."""
    elections: dict[ObjectId, Member] = {}
    for member in members:
        said = member.hello()
        if said.get("isWritablePrimary"):
            elections[said["electionId"]] = member
    return elections[max(elections)] if elections else None


@contextmanager
def replica_set_of_own(directory: Path) -> Iterator[ReplicaSet]:
    """A started replica set, gone when the block ends."""
    own = ReplicaSet(directory)
    try:
        own.start()
        yield own
    finally:
        own.stop()
