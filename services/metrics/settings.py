"""What the metrics web service takes from its environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from runtime.config import load, span_seconds
from runtime.environment import Addresses, ConfigInvalid, addresses, required


@dataclass(frozen=True, slots=True)
class Settings:
    """`tokens`: any of them opens the API; `width`: seconds of a bucket of the aggregates; `label_values`:
    how many values of one Prometheus label are shown."""

    where: Addresses
    tokens: tuple[str, ...]
    width: int
    label_values: int


def read_settings(env: Mapping[str, str]) -> Settings:
    """The settings in `env` and in the file that DESKPULSE_CONFIG names. Raises ConfigInvalid."""
    config = load(Path(env.get("DESKPULSE_CONFIG", "deskpulse.yml")))
    return Settings(
        where=addresses(env),
        tokens=_tokens(env),
        width=span_seconds(config.metrics.bucket),
        label_values=config.metrics.label_values,
    )


def _tokens(env: Mapping[str, str]) -> tuple[str, ...]:
    text = required(env, "DESKPULSE_API_TOKEN", "the token that opens the API, or several between commas")
    tokens = tuple(token.strip() for token in text.split(",") if token.strip())
    if not tokens:
        raise ConfigInvalid("DESKPULSE_API_TOKEN: expected a token, or several between commas")
    return tokens
