"""MongoDB: is it there, does it keep what it is given, and what time does it think it is."""

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from typing import Any, Final

from pymongo import MongoClient
from pymongo.errors import PyMongoError
from pymongo.write_concern import WriteConcern

from runtime.clocks import compared
from runtime.doctor import Finding, fail, ok, warn

ADVICE: Final = "start MongoDB, or say with MONGODB_URI where it is"
_OLDEST: Final = (6, 0)
_MILLISECONDS: Final = 3500


@contextmanager
def asking(uri: str) -> Iterator[MongoClient[dict[str, Any]]]:
    """A client that doesn't wait for long. Raises PyMongoError."""
    with MongoClient[dict[str, Any]](
        uri,
        serverSelectionTimeoutMS=_MILLISECONDS,
        connectTimeoutMS=_MILLISECONDS,
        socketTimeoutMS=_MILLISECONDS,
        appname="deskpulse-doctor",
    ) as client:
        yield client


def server(uri: str) -> Iterator[Finding]:
    """Which MongoDB answers at `uri`, and whether it is one that has transactions."""
    with asking(uri) as client:
        try:
            hello, version = client.admin.command("hello"), client.server_info()["version"]
        except PyMongoError as error:
            yield fail(f"no primary answers ({type(error).__name__})", f"{ADVICE}; replicaSet= names its set")
            return
    kind = f"replica set {hello['setName']}" if "setName" in hello else "sharded cluster"
    if "setName" not in hello and hello.get("msg") != "isdbgrid":
        yield fail("it is no replica set, and so has no transactions", "start mongod with --replSet rs0")
        return
    hosts = hello.get("hosts", [])
    yield ok(f"{', '.join(hosts) or hello.get('me', 'mongos')}: MongoDB {version}, {kind}")
    if tuple(int(part) for part in version.split(".")[:2]) < _OLDEST:
        yield warn(f"MongoDB {version} is older than what Deskpulse is tested with", "use MongoDB 6 or newer")


def writes(uri: str, database: str) -> Iterator[Finding]:
    """Whether a majority takes a transaction in `database`; nothing of it stays."""
    with asking(uri) as client:
        concern = WriteConcern("majority", wtimeout=_MILLISECONDS)
        if "positions" not in client[database].list_collection_names():
            client[database].get_collection("positions", write_concern=concern).delete_one({"_id": "doctor"})
            yield warn(f"database {database} holds nothing yet", "start a worker, or see MONGODB_DATABASE")
            return
        mark = {"_id": f"doctor/{uuid.uuid4().hex}"}
        began = time.monotonic()
        with client.start_session() as session, session.start_transaction(write_concern=concern):
            client[database]["positions"].insert_one(mark, session=session)
            client[database]["positions"].delete_one(mark, session=session)
        took = round(1000 * (time.monotonic() - began))
        yield ok(f"database {database}: a majority took a transaction in {took} ms")


def clock(uri: str) -> Iterator[Finding]:
    """How far this machine's clock is from that of MongoDB's primary."""
    with asking(uri) as client:
        client.admin.command("ping")
        began = time.time()
        told = client.admin.command("hello")["localTime"].replace(tzinfo=UTC)
        yield compared("MongoDB", told, began, time.time())
