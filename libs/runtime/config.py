"""`deskpulse.yml`: read once, checked whole; errors name the path and the value."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeAlias

import msgspec
from msgspec import Meta, Struct

from runtime.environment import ConfigInvalid, required
from runtime.objections import Objection, convert, worded
from runtime.shapes import prepared

_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400}

Span = Annotated[str, worded(r"^[0-9]+[smhd]$", "a span such as 90s, 15m, 8h or 14d")]

Reference: TypeAlias = Annotated[
    str, worded(r"^env:[A-Za-z_][A-Za-z0-9_]*$", "env:NAME, where NAME is a variable that holds the secret")
]
"""A secret's place in the environment; the file itself never holds one."""

_SourceName = Annotated[
    str, worded(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$", "a name of at most 100 letters, digits, dots, _ and -")
]
_HeaderName = Annotated[str, worded(r"^[A-Za-z0-9-]{1,100}$", "a header's name such as X-Api-Key")]
_Address = Annotated[str, worded(r"^https?://[^\s?#]+$", "an address such as https://acme.zendesk.com")]
_PublicAddress = Annotated[str, worded(r"^https?://", "an address that begins with https:// or http://")]
_Number = Annotated[str, worded(r"^[0-9]+$", 'a number in quotes, such as "1"')]
_Repository = Annotated[
    str, worded(r"^[A-Za-z0-9._-]+/[A-Za-z0-9._-]+$", "an owner and a repository such as acme/desk")
]


class Retiring(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """A secret that is accepted `until` a moment (with its zone), so that a leaked one ends by itself."""

    secret: Reference
    until: Annotated[datetime, Meta(tz=True)]


class Api(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """The tool's REST API, where what its webhooks lost is fetched: its address (`https://acme.zendesk.com`)
    and what to sign in with.

    Where an installation holds more than one desk: the `account` (Chatwoot), the `repositories` (GitHub).
    """

    url: _Address
    token: Reference | None = None
    user: str | None = None
    account: _Number | None = None
    repositories: list[_Repository] = []


class Source(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """A helpdesk that may post: who it is, how it proves that, and what its words mean.

    `secrets` are all valid at once so that one can be rotated out; `proofs` are the ways in which they may
    be used, where the adapter's are too many or too few; `header` carries the secret of the proof "header";
    `url` is the webhook's public address, for tools that sign it; `tolerance` is how far a signature's
    timestamp may be from now, else the adapter's.

    `statuses`, `priorities`, `channels`: the tool's word in any case → ours; `teams`, `agents`: its id or
    name → the name that reports show; `bots`: the ids of authors that are no people.
    `calendar` counts the business time of tickets that no policy fits.
    """

    adapter: str
    secrets: list[Reference | Retiring] = []
    proofs: list[str] = []
    header: _HeaderName = "X-Api-Key"
    url: _PublicAddress | None = None
    tolerance: Span | None = None
    statuses: dict[str, Literal["new", "open", "pending", "on_hold", "resolved", "closed"]] = {}
    priorities: dict[str, Literal["low", "normal", "high", "urgent"]] = {}
    channels: dict[str, str] = {}
    teams: dict[str, str] = {}
    agents: dict[str, str] = {}
    bots: list[str] = []
    calendar: str | None = None
    api: Api | None = None


class MetricsConfig(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """`bucket`: the width of the aggregates' time buckets: 30m or 15m where a time zone needs it.
    `label_values`: how many values of one Prometheus label are shown before the rest becomes `other`."""

    bucket: Literal["1h", "30m", "15m"] = "1h"
    label_values: Annotated[int, Meta(ge=1)] = 100


@prepared
class Config(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """The whole file. Sections that no service of this version reads are carried unread."""

    sources: dict[_SourceName, Source] = {}
    metrics: MetricsConfig = MetricsConfig()
    calendars: Any = None
    policies: Any = None
    surveys: Any = None
    feedback: Any = None
    happiness: Any = None
    alerts: Any = None


def load(path: Path) -> Config:
    """The configuration in the YAML file `path`. Raises ConfigInvalid."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ConfigInvalid(f"{path}: {error.strerror}; DESKPULSE_CONFIG names the file to read") from None
    return parse(raw, str(path))


def parse(raw: bytes, name: str) -> Config:
    """The configuration in `raw` (YAML); errors speak of it as `name`. Raises ConfigInvalid."""
    try:
        # YAML that says nothing, or comments alone, is null.
        written = msgspec.yaml.decode(raw or b"null")
    except msgspec.DecodeError as error:
        raise ConfigInvalid(f"{name}: not YAML: {error}") from None
    try:
        return convert({} if written is None else written, Config)
    except Objection as wrong:
        raise ConfigInvalid(f"{name}: {wrong}") from None


def span_seconds(span: str) -> int:
    """Seconds of a span such as `90s`, `15m`, `8h`, `14d`."""
    return int(span[:-1]) * _UNITS[span[-1]]


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret as the environment gave it, and the moment (UTC) at which it ends, if it does."""

    value: str
    until: datetime | None = None


def secrets(config: Config, env: Mapping[str, str]) -> dict[str, list[Secret]]:
    """Each source's secrets, taken from `env`. Raises ConfigInvalid that names the source and variable."""
    return {
        name: [
            _secret(entry, env, f"sources.{name}.secrets[{index}] refers to it")
            for index, entry in enumerate(source.secrets)
        ]
        for name, source in config.sources.items()
    }


def _secret(entry: str | Retiring, env: Mapping[str, str], place: str) -> Secret:
    reference, until = (entry.secret, entry.until) if isinstance(entry, Retiring) else (entry, None)
    return Secret(resolve(reference, env, place), until)


def resolve(reference: str, env: Mapping[str, str], place: str) -> str:
    """What the `reference` (`env:NAME`) at `place` of the file refers to. Raises ConfigInvalid."""
    return required(env, reference.removeprefix("env:"), place)
