"""The helpdesks that can post, one folder each, and the table of their adapters."""

from typing import Final

from ingest.sources import cloudevents
from ingest.sources.contract import Adapter
from runtime.config import Config
from runtime.environment import ConfigInvalid

ADAPTERS: Final[dict[str, Adapter]] = {
    "cloudevents": cloudevents.ADAPTER,
}


def check_adapters(config: Config) -> None:
    """Raise ConfigInvalid unless every source of `config` names an adapter of this version."""
    for name, source in config.sources.items():
        if source.adapter not in ADAPTERS:
            known = ", ".join(sorted(ADAPTERS))
            raise ConfigInvalid(
                f"sources.{name}.adapter: there is no adapter {source.adapter!r}; this version has: {known}"
            )
