"""The positions: how far the groups have read, and whether they can go on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import OffsetSpec
from msgspec import convert

from runtime.doctor import Finding, fail, ok, warn
from streams.doctor import broker, database
from streams.positions import HELD, Position

MUCH: Final = 10_000
"""Messages in one partition that are more than what a worker has before it at any moment."""


@dataclass(frozen=True, slots=True)
class Log:
    """A topic's id, and the first and the next offset of each of its partitions."""

    topic_id: str
    first: Mapping[int, int]
    end: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Stored:
    """A position, and whether a command holds it."""

    position: Position
    held: bool


def positions(
    uri: str, name: str, bootstrap: str, groups: Mapping[str, str], release: str
) -> Iterator[Finding]:
    """How the positions of `groups` (group → topic) in the database `name` fare; `release` says what to do
    where a command holds them."""
    with database.asking(uri) as client, broker.asking(bootstrap) as admin:
        for group, topic in groups.items():
            found = client[name]["positions"].find({"_id": {"$gte": f"{group}/", "$lt": f"{group}0"}})
            stored = [_stored(document) for document in found]
            yield from judge(group, stored, _log(admin, topic), release)


def judge(group: str, stored: Sequence[Stored], log: Log, release: str) -> Iterator[Finding]:
    """How what `group` has `stored` stands to the `log` that it reads (pure)."""
    if not stored:
        yield warn(f"{group} has read nothing yet", "start a worker")
        return
    if held := [one.position.partition for one in stored if one.held]:
        yield fail(f"{group}: a command holds partitions {_list(held)}", release)
    if strange := [one.position.partition for one in stored if one.position.topic_id != log.topic_id]:
        yield warn(
            f"{group}: the topic was made anew since partitions {_list(strange)} were read",
            "a worker reads them from their beginning when it starts; what is known already changes nothing",
        )
        return
    gaps = [one.position for one in stored if one.position.offset < log.first.get(one.position.partition, 0)]
    for position in gaps:
        missed = log.first[position.partition] - position.offset
        yield fail(
            f"{group}: {missed} messages of partition {position.partition} are gone unread",
            "import that time again (python -m ingest import or reconcile)",
        )
    yield _behind(group, stored, log)


def _behind(group: str, stored: Sequence[Stored], log: Log) -> Finding:
    at = {one.position.partition: one.position.offset for one in stored}
    # A broker may tell less than the true end, never more.
    lag = {p: max(0, end - at.get(p, log.first.get(p, 0))) for p, end in sorted(log.end.items())}
    told = ", ".join(f"{partition}: {messages}" for partition, messages in lag.items())
    if max(lag.values(), default=0) > MUCH:
        return warn(
            f"{group} is behind, messages by partition {told}", "see that its workers run, or add one"
        )
    return ok(f"{group}: messages to be read by partition {told}")


def _stored(document: dict[str, Any]) -> Stored:
    held = bool(document.pop(HELD, False))
    return Stored(convert(document, Position), held)


def _log(admin: KafkaAdminClient, topic: str) -> Log:
    described = admin.describe_topics([topic])[0]
    places = [TopicPartition(topic, one["partition_index"]) for one in described["partitions"]]
    first, end = (_offsets(admin, places, which) for which in (OffsetSpec.EARLIEST, OffsetSpec.LATEST))
    return Log(str(described["topic_id"]), first, end)


def _offsets(admin: KafkaAdminClient, places: Sequence[TopicPartition], which: OffsetSpec) -> dict[int, int]:
    found = admin.list_partition_offsets(dict.fromkeys(places, which))
    return {place.partition: told.offset for place, told in found.items()}


def _list(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, sorted(numbers)))
