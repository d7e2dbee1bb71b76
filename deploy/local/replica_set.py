"""A replica set of one member: transactions need a replica set."""

from typing import Any, Final

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

NAME: Final = "rs0"

_NOT_YET_INITIALIZED: Final = 94


def direct_client(host: str) -> MongoClient[dict[str, Any]]:
    """A client of the server at `host` ("address:port") alone, whatever its state. Close it."""
    return MongoClient(host, directConnection=True, serverSelectionTimeoutMS=300, connectTimeoutMS=1000)


def advance(client: MongoClient[dict[str, Any]], host: str) -> bool:
    """One step of the server at `host` towards being the writable primary; True once it is.

    Call it until then: a server that is new gets its configuration, one whose data say another port
    gets this one.
    """
    try:
        if client.admin.command("hello")["isWritablePrimary"]:
            return True
        _configure(client, host)
    except PyMongoError:
        return False
    return False


def _configure(client: MongoClient[dict[str, Any]], host: str) -> None:
    try:
        config = client.admin.command("replSetGetConfig")["config"]
    except OperationFailure as error:
        if error.code != _NOT_YET_INITIALIZED:
            raise
        fresh = {"_id": NAME, "members": [{"_id": 0, "host": host}]}
        client.admin.command("replSetInitiate", fresh)
        return
    if [member["host"] for member in config["members"]] != [host]:
        # A server whose own address isn't in the stored configuration is no primary: only force helps.
        moved = config | {"version": config["version"] + 1, "members": [{"_id": 0, "host": host}]}
        client.admin.command("replSetReconfig", moved, force=True)
