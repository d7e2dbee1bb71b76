"""Collections are there once somebody has asked for them, however many ask at once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from pymongo import MongoClient

from local.stack import Stack
from rollups.collections import ensure_collections

NAMES = [f"c{number}" for number in range(12)]
AT_ONCE = 8


def test_processes_that_start_at_the_same_moment_on_an_empty_database_all_find_their_collections(
    stack: Stack, mongo: MongoClient[dict[str, object]], database: str
) -> None:
    together = Barrier(AT_ONCE)

    def start(_number: int) -> None:
        with MongoClient[dict[str, object]](stack.mongo) as client:
            client.admin.command("ping")
            together.wait(30)
            ensure_collections(client[database], NAMES)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(start, range(AT_ONCE)))

    assert sorted(mongo[database].list_collection_names()) == sorted(NAMES)
    ensure_collections(mongo[database], NAMES)
