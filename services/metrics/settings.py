"""What the metrics web service takes from its environment."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from calendars.config import calendars
from metrics.batch import Ways
from metrics.sla.policy import Rules, rules
from runtime.config import Config, load, span_seconds
from runtime.environment import Addresses, ConfigInvalid, addresses, api_tokens, required, variable


@dataclass(frozen=True, slots=True)
class Settings:
    """`tokens`: any of them opens the API; `ways`: how tickets are counted; `label_values`: how many values
    of one Prometheus label are shown; `hash_key` makes pseudonyms of customers' ids, None where only their
    hashes can be asked for."""

    where: Addresses
    tokens: tuple[str, ...]
    ways: Ways
    label_values: int
    hash_key: bytes | None = None


def read_settings(env: Mapping[str, str]) -> Settings:
    """The settings in `env` and in the file that DESKPULSE_CONFIG names. Raises ConfigInvalid."""
    config = load(Path(env.get("DESKPULSE_CONFIG", "deskpulse.yml")))
    return Settings(
        where=addresses(env),
        tokens=_tokens(env),
        ways=ways(config),
        label_values=config.metrics.label_values,
        hash_key=key.encode() if (key := variable(env, "DESKPULSE_HASH_KEY")) else None,
    )


def ways(config: Config) -> Ways:
    """How `config` has tickets counted. Raises ConfigInvalid for a calendar or policy that can't be used."""
    defaults = _default_calendars(config)
    promised = rules(config.policies, calendars(config.calendars), defaults)
    fingerprint = "" if promised.empty else _fingerprint(config.policies, config.calendars, defaults)
    return Ways(span_seconds(config.metrics.bucket), promised, fingerprint)


def _fingerprint(*sections: object) -> str:
    """Another one for other rules, and where the library knows other public holidays."""
    content = json.dumps((sections, version("holidays")), sort_keys=True, default=str)
    return hashlib.blake2b(content.encode(), digest_size=16).hexdigest()


def other_rules(config: Config, path: Path) -> Rules:
    """The rules of the policy file at `path` in the place of those of `config`.

    Its `calendars`, if it has any, come beside those of `config`. Raises ConfigInvalid.
    """
    other = load(path)
    if not other.policies:
        raise ConfigInvalid(f"{path}: no policies; write them under policies: as in the configuration")
    known = calendars(config.calendars) | calendars(other.calendars)
    return rules(other.policies, known, _default_calendars(config))


def _default_calendars(config: Config) -> dict[str, str]:
    return {name: source.calendar for name, source in config.sources.items() if source.calendar}


def _tokens(env: Mapping[str, str]) -> tuple[str, ...]:
    required(env, "DESKPULSE_API_TOKEN", "the token that opens the API, or several between commas")
    tokens = api_tokens(env)
    if not tokens:
        raise ConfigInvalid("DESKPULSE_API_TOKEN: expected a token, or several between commas")
    return tokens
