"""Ways for the primary of a replica set to be none for a while."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

from pymongo import MongoClient
from pymongo.errors import PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from harness.replica_set import Member, ReplicaSet
from harness.wait import until

DATABASE: Final = "faults"


def order_down(client: MongoClient[dict[str, Any]], seconds: int) -> None:
    """Have the primary that `client` asks be none for so many `seconds`."""
    # Whether the order is answered depends on how soon the connections are closed.
    with suppress(PyMongoError):
        client.admin.command({"replSetStepDown": seconds, "force": True})


@contextmanager
def dead(replicas: ReplicaSet, primary: Member) -> Iterator[None]:
    primary.kill()
    yield
    primary.start()


@contextmanager
def no_longer_wanted(replicas: ReplicaSet, primary: Member) -> Iterator[None]:
    def obeyed() -> bool:
        """An order that isn't answered in time may never have been carried out."""
        order_down(primary.client, 10)
        said = primary.hello()
        return bool(said) and not said.get("isWritablePrimary")

    until(obeyed, 30, "the primary to step down")
    yield


@contextmanager
def standing_still(replicas: ReplicaSet, primary: Member) -> Iterator[None]:
    with primary.paused():
        yield


@contextmanager
def standing_still_with_writes_of_its_own(replicas: ReplicaSet, primary: Member) -> Iterator[None]:
    """The others die until the primary has counted what they haven't; then it stands still and they go on.

    Back among them, it has to take that back.
    """
    before, others = primary.rollbacks(), replicas.others(primary)
    with replicas.patient():
        for other in others:
            other.kill()
        # What they were killed for may have reached them without their saying so; this can't have.
        alone = primary.client["elsewhere"].get_collection("writes", write_concern=WriteConcern(w=1))
        alone.insert_one({})
        until(lambda: counted_alone(primary), 20, "a batch that the primary alone has")
        with primary.paused():
            for other in others:
                other.start()
            yield
        until(lambda: primary.rollbacks() > before, 60, "the old primary to take back")


def counted_alone(member: Member) -> bool:
    """Whether `member` has moved on further than a majority."""
    positions = member.client[DATABASE]["positions"]
    settled = positions.with_options(read_concern=ReadConcern("majority"))
    try:
        alone, together = (sum(d["offset"] for d in which.find()) for which in (positions, settled))
    except PyMongoError:
        return False
    return bool(alone > together)


@dataclass(frozen=True)
class Absence:
    """`begin`: the member, the primary till then, is none while the block lasts, and then is there again."""

    name: str
    begin: Callable[[ReplicaSet, Member], AbstractContextManager[None]]
    tries: int


ABSENCES = [
    Absence("the primary of three MongoDBs killed", dead, 3),
    Absence("the primary of three MongoDBs stepped down", no_longer_wanted, 4),
    Absence("the primary of three MongoDBs standing still", standing_still, 2),
    Absence("a primary that comes back with writes of its own", standing_still_with_writes_of_its_own, 2),
]
