"""What ingest takes from its environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ingest.intake import Senders, senders
from runtime.config import load, secrets
from runtime.environment import ConfigInvalid, addresses, required, variable


@dataclass(frozen=True, slots=True)
class Settings:
    """Where Kafka is, how many partitions a topic made by ingest has, and the key of pseudonyms."""

    kafka: str
    partitions: int
    hash_key: bytes


def read_settings(env: Mapping[str, str]) -> Settings:
    """The settings in `env`. Raises ConfigInvalid."""
    key = required(env, "DESKPULSE_HASH_KEY", "a long random text that customers' ids are hashed with")
    return Settings(addresses(env).kafka, _partitions(env), key.encode())


def read_senders(env: Mapping[str, str]) -> Senders:
    """The sources in the file that DESKPULSE_CONFIG names, with their secrets. Raises ConfigInvalid."""
    config = load(Path(env.get("DESKPULSE_CONFIG", "deskpulse.yml")))
    return senders(config, secrets(config, env))


def _partitions(env: Mapping[str, str]) -> int:
    text = variable(env, "KAFKA_PARTITIONS") or "4"
    if not text.isdecimal() or int(text) < 1:
        raise ConfigInvalid(f"KAFKA_PARTITIONS: expected a whole number from 1 on, got {text!r}")
    return int(text)
