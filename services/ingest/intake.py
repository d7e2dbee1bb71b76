"""From a delivery to the events that it may post (pure): content type, then proof, then body."""

from collections.abc import Mapping
from dataclasses import dataclass

from events.types import PostedEvent
from ingest.sources import ADAPTERS, check_adapters, cloudevents
from ingest.sources.cloudevents.adapter import BATCH, SINGLE, media_type, read_events, require_sources
from ingest.sources.contract import Origin
from ingest.verify import Credentials, Delivery, check_secrets, proves
from runtime.config import Config, span_seconds


class SourceUnknown(Exception):
    """The path names a source that isn't configured."""


class MediaTypeUnsupported(Exception):
    """The body's content type or encoding isn't accepted here; the message says what is."""


class Unauthorized(Exception):
    """The delivery doesn't prove that it may post what it posts; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Sender:
    """A configured source and what it proves itself with."""

    origin: Origin
    credentials: Credentials


Senders = Mapping[str, Sender]


def senders(config: Config, secrets: Mapping[str, list[str]]) -> dict[str, Sender]:
    """Every source of `config` with its `secrets`.

    Raises ConfigInvalid where there is no such adapter, or where a secret can't be used.
    """
    check_adapters(config)
    for name, active in secrets.items():
        check_secrets(name, active)
    return {
        name: Sender(
            Origin(name, source),
            Credentials(
                tuple(secrets[name]), ADAPTERS[source.adapter].schemes, span_seconds(source.tolerance)
            ),
        )
        for name, source in config.sources.items()
    }


def webhook_events(known: Senders, name: str, delivery: Delivery) -> list[PostedEvent]:
    """The events of a delivery to `/webhooks/<name>`.

    Raises SourceUnknown, MediaTypeUnsupported, Unauthorized, PayloadTooLarge and PayloadInvalid.
    """
    sender = known.get(name)
    if sender is None:
        raise SourceUnknown
    adapter = ADAPTERS[sender.origin.config.adapter]
    _require_media_type(delivery, adapter.media_types)
    if not proves(delivery, sender.credentials):
        raise Unauthorized("send this source's secret as a bearer token, or sign with it")
    return adapter.read(delivery.headers, delivery.body, delivery.received_at, sender.origin)


def posted_events(known: Senders, delivery: Delivery) -> list[PostedEvent]:
    """The events of a delivery to `/v1/events`: of any sources whose secret it proves.

    Raises MediaTypeUnsupported, Unauthorized, PayloadTooLarge and PayloadInvalid.
    """
    _require_media_type(delivery, frozenset({SINGLE, BATCH}))
    proven = [
        name
        for name, sender in known.items()
        if proves(delivery, _with_schemes(sender.credentials, cloudevents.ADAPTER.schemes))
    ]
    if not proven:
        raise Unauthorized("send a source's secret as a bearer token, or sign with it")
    events = read_events(media_type(delivery.headers), delivery.body)
    require_sources(
        events, lambda source: None if source in known else "no source of this name is configured"
    )
    foreign = sorted({event.source for event in events}.difference(proven))
    if foreign:
        raise Unauthorized(f"these credentials aren't those of {', '.join(foreign)}")
    return events


def _with_schemes(credentials: Credentials, schemes: tuple[str, ...]) -> Credentials:
    return Credentials(credentials.secrets, schemes, credentials.tolerance)


def _require_media_type(delivery: Delivery, accepted: frozenset[str]) -> None:
    if media_type(delivery.headers) not in accepted:
        raise MediaTypeUnsupported(f"send Content-Type: {' or '.join(sorted(accepted))}")
    if delivery.headers.get("content-encoding", "identity").lower() != "identity":
        raise MediaTypeUnsupported("send the body without Content-Encoding")
