"""What a ticket takes: bytes in Kafka and MongoDB, memory of the processes (`docs/sizes.md` quotes it).

    PYTHONPATH=libs:services:deploy:tests .venv/bin/python -m bench.sizes [tickets [days]]

The broker and MongoDB are the embedded ones, or those that the environment names.
"""

import json
import os
import random
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import lz4.frame  # type: ignore[import-untyped]
from pymongo import MongoClient

from bench.traffic import messages
from bench.usage import most_memory
from events.topics import EVENTS, FEEDBACK, TICKETS, TOPICS
from faults.check import published
from feedback.store import database_name
from harness.services import (
    CONTACT_PUBLIC_KEY,
    HASH_KEY,
    environment,
    feedback,
    feedback_worker,
    ingest,
    metrics,
    worker,
)
from harness.wait import until
from ingest import canonical
from ingest.privacy import Privacy
from local import ports, stack
from local.stack import Stack
from privacy.seal import sealer
from streams.publisher import Message, Publisher
from streams.topics import ensure_topics

DATABASE = "sizes"
SECONDS = 600
TOGETHER = 100
"""Messages that are compressed together under load; a quiet desk sends one at a time."""
HEADER = 70
"""What Kafka adds to a batch, and so to each message that comes alone."""
COMMENT = "Cevap gelene kadar bir gün bekledim ama sonunda çözüldü, teşekkürler."
Mongo = MongoClient[dict[str, Any]]


def main() -> None:
    """Load so many tickets of so many days, answers to a third of them, and print what they take."""
    tickets, days = (int(word) for word in (*sys.argv[1:3], *("5000", "30")[len(sys.argv) - 1 :]))
    with tempfile.TemporaryDirectory(prefix="deskpulse-sizes-") as folder:
        chosen = {"mongo_port": ports.free_port(), "kafka_port": ports.free_port()}
        with stack.running(Path(folder), os.environ, **chosen) as running:
            print(f"{tickets} tickets of {days} days")
            _measure(running, Path(folder), tickets, days)


def _measure(running: Stack, directory: Path, tickets: int, days: int) -> None:
    config = str(Path(__file__).parents[2] / "deskpulse.yml")
    env = environment(running, DATABASE, DESKPULSE_CONFIG=config)
    ensure_topics(running.kafka, TOPICS, partitions=4)
    sent = list(_messages(tickets, days))
    publisher = Publisher(running.kafka)
    for start in range(0, len(sent), 5000):
        publisher.publish(sent[start : start + 5000], timeout=60)
    publisher.close()
    with (
        MongoClient[dict[str, Any]](running.mongo) as mongo,
        worker(env, directory) as one,
        feedback_worker(env, directory) as two,
        metrics(env, directory) as three,
        feedback(env, directory) as four,
        ingest(env, directory) as five,
    ):
        _await_all(mongo, running.kafka)
        for topic in (EVENTS, TICKETS, FEEDBACK):
            _tell_topic(running.kafka, topic, tickets)
        mongo.admin.command("fsync")
        for name in (DATABASE, database_name(DATABASE)):
            _tell_database(mongo, name, tickets)
        for service in (five, one, three, two, four):
            print(
                f"memory  {service.child.name:<16} {most_memory(service.child.process.pid):5.0f} MiB at most"
            )


def _messages(tickets: int, days: int) -> Iterator[Message]:
    """What ingest publishes of `tickets`, each with a customer, and of the answers of a third of them."""
    privacy = Privacy(HASH_KEY.encode(), sealer(CONTACT_PUBLIC_KEY))
    rng = random.Random(1)
    for message in messages(tickets, seed=1, days=days):
        event = json.loads(message.value) | {"source": "demo"}
        if event["type"] == "ticket.created":
            address = f"customer-{rng.randrange(tickets // 2)}@example.com"
            event["data"] |= {"requester": address, "contact": address, "locale": "tr"}
        events = [event]
        if event["data"].get("status") == "resolved" and rng.random() < 0.4:
            events.append(_answer(event, rng))
        yield from canonical.messages([canonical.decode(json.dumps(one).encode()) for one in events], privacy)


def _answer(resolved: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    said = {"comment": COMMENT} if rng.random() < 0.4 else {}
    data = {"survey": "csat", "score": rng.randrange(1, 6), "ticket": resolved["subject"], **said}
    name = f"answer-{resolved['subject']}"
    return {**resolved, "id": name, "subject": name, "type": "feedback.rated", "data": data}


def _await_all(mongo: Mongo, kafka: str) -> None:
    """Return once both services have read to the ends of their topics, which no longer grow."""
    readers = {EVENTS: DATABASE, FEEDBACK: database_name(DATABASE), TICKETS: database_name(DATABASE)}

    def all_read() -> bool:
        return all(
            sum(d["offset"] for d in mongo[database]["positions"].find({"topic": topic}))
            == len(published(kafka, topic))
            for topic, database in readers.items()
        )

    until(all_read, SECONDS, "everything to be processed")


def _tell_topic(kafka: str, topic: str, tickets: int) -> None:
    found = published(kafka, topic)
    raw = sum(len(one.key) + len(one.value) for one in found)
    alone, together = (
        sum(HEADER + _packed(found[start : start + size]) for start in range(0, len(found), size))
        for size in (1, TOGETHER)
    )
    print(
        f"kafka   {topic:<18} {len(found) / tickets:5.2f} messages a ticket, {raw / len(found):5.0f} bytes, "
        f"stored alone {alone / len(found):5.0f}, by {TOGETHER} {together / len(found):5.0f}"
    )


def _packed(records: Iterable[Any]) -> int:
    return len(lz4.frame.compress(b"".join(one.key + one.value for one in records)))


def _tell_database(mongo: Mongo, name: str, tickets: int) -> None:
    whole = 0
    for collection in sorted(mongo[name].list_collection_names()):
        told = mongo[name].command("collStats", collection)
        if told["count"] * 20 < tickets:
            continue
        whole += told["storageSize"] + told["totalIndexSize"]
        data, disk, index = (told[field] / tickets for field in ("size", "storageSize", "totalIndexSize"))
        print(
            f"mongodb {name}.{collection:<10} {told['count'] / tickets:5.2f} documents a ticket, "
            f"{data:6.0f} bytes, {disk:6.0f} on disk, indexes {index:5.0f}"
        )
    print(f"mongodb {name}: {whole / tickets:,.0f} bytes a ticket on disk")


if __name__ == "__main__":
    main()
