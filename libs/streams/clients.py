"""Clients of Kafka of which nothing is left where no broker answers."""

from collections.abc import Callable
from typing import Any, TypeVar

from kafka.net.compat import KafkaNetClient

Client = TypeVar("Client")


def open_client(kind: Callable[..., Client], **configs: Any) -> Client:
    """A KafkaAdminClient or KafkaConsumer (`kind`) with `configs`. Raises KafkaError where no broker answers.

    Such a client starts a thread before it looks for brokers. Where it finds none it raises and leaves that
    thread, with what it holds, to nobody: who asks again and again runs out of descriptors within the hour.
    """
    begun: list[KafkaNetClient] = []

    def begin(**given: Any) -> KafkaNetClient:
        begun.append(KafkaNetClient(**given))
        return begun[-1]

    try:
        return kind(kafka_client=begin, **configs)
    except BaseException:
        for client in begun:
            client.close()
        raise
