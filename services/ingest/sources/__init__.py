"""The helpdesks that can post, one folder each, and the table of their adapters."""

from typing import Final

from ingest.schemes import Scheme
from ingest.sources import (
    chatwoot,
    cloudevents,
    freshdesk,
    front,
    github,
    glpi,
    gorgias,
    helpscout,
    hubspot,
    intercom,
    jira,
    servicenow,
    typeform,
    zammad,
    zendesk,
)
from ingest.sources.contract import Adapter
from runtime.config import Config, Source, span_seconds
from runtime.environment import ConfigInvalid

ADAPTERS: Final[dict[str, Adapter]] = {
    "chatwoot": chatwoot.ADAPTER,
    "cloudevents": cloudevents.ADAPTER,
    "freshdesk": freshdesk.ADAPTER,
    "front": front.ADAPTER,
    "github": github.ADAPTER,
    "glpi": glpi.ADAPTER,
    "gorgias": gorgias.ADAPTER,
    "helpscout": helpscout.ADAPTER,
    "hubspot": hubspot.ADAPTER,
    "intercom": intercom.ADAPTER,
    "jira": jira.ADAPTER,
    "servicenow": servicenow.ADAPTER,
    "typeform": typeform.ADAPTER,
    "zammad": zammad.ADAPTER,
    "zendesk": zendesk.ADAPTER,
}


def check_adapters(config: Config) -> None:
    """Raise ConfigInvalid unless every source of `config` names an adapter of this version, and only proofs
    that it has."""
    for name, source in config.sources.items():
        if source.adapter not in ADAPTERS:
            known = ", ".join(sorted(ADAPTERS))
            raise ConfigInvalid(
                f"sources.{name}.adapter: there is no adapter {source.adapter!r}; this version has: {known}"
            )
        offered = [scheme.name for scheme in (*_adapter(source).schemes, *_adapter(source).optional)]
        for index, proof in enumerate(source.proofs):
            if proof not in offered:
                raise ConfigInvalid(
                    f"sources.{name}.proofs[{index}]: {source.adapter} has no {proof!r}; "
                    f"it has: {', '.join(offered)}"
                )


def schemes_of(source: Source) -> tuple[Scheme, ...]:
    """The schemes that `source` accepts: those its `proofs` name, else its adapter's."""
    adapter = _adapter(source)
    if not source.proofs:
        return adapter.schemes
    return tuple(scheme for scheme in (*adapter.schemes, *adapter.optional) if scheme.name in source.proofs)


def tolerance_of(source: Source) -> int:
    """How far a signature's timestamp may be from now, in seconds: the source's, else its adapter's."""
    return _adapter(source).tolerance if source.tolerance is None else span_seconds(source.tolerance)


def _adapter(source: Source) -> Adapter:
    return ADAPTERS[source.adapter]
