"""What ingest takes from its environment."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ingest.intake import Senders, senders
from ingest.privacy import Privacy
from ingest.spool import Bounds
from privacy.seal import KeyInvalid, Seal, sealer
from runtime.config import load, secrets, span_seconds
from runtime.environment import ConfigInvalid, addresses, api_tokens, required, variable

_CONTACT_KEY: Final = "DESKPULSE_CONTACT_PUBLIC_KEY"


@dataclass(frozen=True, slots=True)
class Settings:
    """Where Kafka is, how many partitions a topic made by ingest has, the keys of people's privacy, and the
    tokens that open the API (none: it stays closed)."""

    kafka: str
    partitions: int
    privacy: Privacy
    tokens: tuple[str, ...] = ()


def read_settings(env: Mapping[str, str]) -> Settings:
    """The settings in `env`. Raises ConfigInvalid."""
    privacy = Privacy(_hash_key(env), _seal(env))
    return Settings(addresses(env).kafka, _partitions(env), privacy, api_tokens(env))


def read_senders(env: Mapping[str, str]) -> Senders:
    """The sources in the file that DESKPULSE_CONFIG names, with their secrets. Raises ConfigInvalid."""
    config = load(Path(env.get("DESKPULSE_CONFIG", "deskpulse.yml")))
    return senders(config, secrets(config, env), _hash_key(env))


def read_spool(env: Mapping[str, str], port: int) -> Bounds:
    """Where the process that serves on `port` spools, and how much. Raises ConfigInvalid."""
    size = variable(env, "DESKPULSE_SPOOL_MAX_BYTES") or str(1024**3)
    if not size.isdecimal() or int(size) < 1:
        raise ConfigInvalid(f"DESKPULSE_SPOOL_MAX_BYTES: expected a whole number from 1 on, got {size!r}")
    age = variable(env, "DESKPULSE_SPOOL_MAX_AGE") or "7d"
    if not re.fullmatch("[1-9][0-9]*[smhd]", age):
        raise ConfigInvalid(f"DESKPULSE_SPOOL_MAX_AGE: expected a span such as 12h or 7d, got {age!r}")
    # By port, so that two of them on one machine never meet.
    directory = Path(variable(env, "DESKPULSE_SPOOL_DIR") or f".spool/ingest-{port}")
    return Bounds(directory, int(size), span_seconds(age))


def _hash_key(env: Mapping[str, str]) -> bytes:
    what = "a long random text that customers' ids are hashed with"
    return required(env, "DESKPULSE_HASH_KEY", what).encode()


def _seal(env: Mapping[str, str]) -> Seal | None:
    """What seals customers' addresses; None where nobody is to have them."""
    key = variable(env, _CONTACT_KEY)
    if not key:
        return None
    try:
        return sealer(key)
    except KeyInvalid as why:
        raise ConfigInvalid(
            f"{_CONTACT_KEY}: {why}; make a pair of keys with `python -m ingest new-keys`"
        ) from None


def _partitions(env: Mapping[str, str]) -> int:
    text = variable(env, "KAFKA_PARTITIONS") or "4"
    if not text.isdecimal() or int(text) < 1:
        raise ConfigInvalid(f"KAFKA_PARTITIONS: expected a whole number from 1 on, got {text!r}")
    return int(text)
