"""The topics: are they as `events.topics` wants them, and do all brokers say so."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeAlias

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource
from kafka.errors import KafkaError
from kafka.protocol.metadata import MetadataRequest

from events.topics import Topic
from runtime.doctor import Finding, fail, ok, warn
from streams.doctor.broker import asking

_MILLISECONDS: Final = 2500
"""For a broker's answer, which may take a busy machine a second; one that hangs leaves time for others."""
_USUAL: Final = {"cleanup.policy": "delete", "retention.bytes": "-1"}
"""What a topic must be where its definition doesn't say otherwise: Kafka's own defaults."""


@dataclass(frozen=True, slots=True)
class Place:
    """Who has a partition: the node that leads (-1: none), all that keep it, and those in step."""

    leader: int
    replicas: Sequence[int]
    in_step: Sequence[int]


_Topics: TypeAlias = Mapping[str, Mapping[int, Place]]
"""The partitions of topics by name, as one broker tells them."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A topic as the cluster has it: node → partition → place as that node tells it, and its settings."""

    told: Mapping[int, Mapping[int, Place]]
    settings: Mapping[str, str]

    @property
    def places(self) -> Mapping[int, Place]:
        """The partitions as the first node tells them."""
        return next(iter(self.told.values()), {})


def topics(bootstrap: str, wanted: Sequence[Topic], partitions: int) -> Iterator[Finding]:
    """Whether the topics `wanted` are as they should be, with so many `partitions`."""
    with asking(bootstrap, _MILLISECONDS) as admin:
        told, silent = _told(admin, [topic.name for topic in wanted])
        seen = _seen(admin, told, wanted)
    if silent:
        yield warn(f"brokers {_list(silent)} don't answer", "start them, or see what keeps them from it")
    there = [topic for topic in wanted if any(seen[topic.name].told.values())]
    if missing := [topic.name for topic in wanted if topic not in there]:
        yield warn(f"{', '.join(missing)} not there", "ingest and the workers make them when they start")
    wrong = [found for topic in there for found in judge(topic, seen[topic.name], partitions)]
    yield from wrong
    if there and not wrong:
        replicas = {len(place.replicas) for topic in there for place in seen[topic.name].places.values()}
        each = f"{partitions} partitions each, replicas {', '.join(map(str, sorted(replicas)))}"
        yield ok(f"{len(there)} topics, {each}, kept as they should be")


def judge(topic: Topic, seen: Seen, partitions: int) -> Iterator[Finding]:
    """What is wrong with `topic`, which was `seen` like this (pure); it should have so many `partitions`."""
    if len({frozenset(told) for told in seen.told.values()}) > 1:
        counts = ", ".join(f"{len(told)} by {node}" for node, told in sorted(seen.told.items()))
        yield warn(f"{topic.name}: the brokers tell different partitions: {counts}", "ask again in a minute")
    if len(seen.places) != partitions:
        yield warn(
            f"{topic.name} has {len(seen.places)} partitions, KAFKA_PARTITIONS is {partitions}",
            "an existing topic stays as it is: set KAFKA_PARTITIONS to what is there",
        )
    yield from _kept(topic, seen.settings)
    yield from _held(topic, seen)


def _kept(topic: Topic, settings: Mapping[str, str]) -> Iterator[Finding]:
    for name, value in ({**_USUAL, **topic.config}).items():
        # A broker may leave out what is as it usually is.
        actual = settings.get(name, value if name in _USUAL else None)
        if actual != value:
            yield fail(
                f"{topic.name}: {name} is {actual} instead of {value}",
                "kafka-configs.sh --alter --entity-type topics "
                f"--entity-name {topic.name} --add-config {name}={value}",
            )


def _held(topic: Topic, seen: Seen) -> Iterator[Finding]:
    places = seen.places
    if orphans := [number for number, place in places.items() if place.leader < 0]:
        yield fail(f"{topic.name}: nobody leads partitions {_list(orphans)}", "start the missing brokers")
    if behind := [number for number, place in places.items() if len(place.in_step) < len(place.replicas)]:
        yield warn(f"{topic.name}: replicas of partitions {_list(behind)} are behind", "see the brokers")
    copies = min((len(place.replicas) for place in places.values()), default=0)
    if copies < min(3, len(seen.told)):
        yield warn(
            f"{topic.name} is kept {copies} times on {len(seen.told)} brokers: one lost disk loses it",
            "raise it with kafka-reassign-partitions.sh",
        )
    least = seen.settings.get("min.insync.replicas")
    if copies > 1 and least == "1":
        yield warn(
            f"{topic.name}: min.insync.replicas is 1: what is answered 202 may be on one disk alone",
            "set it to 2",
        )


def _told(admin: KafkaAdminClient, names: Sequence[str]) -> tuple[dict[int, _Topics], list[int]]:
    """What each broker tells of the topics `names`, and the brokers that tell nothing."""
    told: dict[int, _Topics] = {}
    silent = []
    for node in sorted(broker["broker_id"] for broker in admin.describe_cluster()["brokers"]):
        try:
            told[node] = admin._manager.run(partial(_ask, admin, names, node))
        except KafkaError:
            silent.append(node)
    return told, silent


def _seen(admin: KafkaAdminClient, told: Mapping[int, _Topics], wanted: Iterable[Topic]) -> dict[str, Seen]:
    names = [topic.name for topic in wanted]
    found = admin.describe_configs([ConfigResource("topic", name) for name in names], config_filter="all")
    settings = found.get("topic", {})
    return {
        name: Seen(
            {node: topics[name] for node, topics in told.items()},
            {key: str(setting["value"]) for key, setting in settings.get(name, {}).items()},
        )
        for name in names
    }


async def _ask(admin: KafkaAdminClient, names: Iterable[str], node: int) -> _Topics:
    """What the broker `node` itself knows: the client's own question goes to any of them."""
    request = MetadataRequest(
        topics=[MetadataRequest.MetadataRequestTopic(name=name) for name in names],
        allow_auto_topic_creation=False,
    )
    response: dict[str, Any] = (await admin._manager.send(request, node_id=node)).to_dict()
    return {
        topic["name"]: {
            one["partition_index"]: Place(one["leader_id"], one["replica_nodes"], one["isr_nodes"])
            for one in topic["partitions"]
        }
        for topic in response["topics"]
    }


def _list(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(numbers)))
