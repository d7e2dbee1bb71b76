"""What a helpdesk's adapter is: a pure function from a delivery to events, and a row that describes it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, TypeAlias

from msgspec import UNSET, Struct, UnsetType

from events.types import PostedEvent, Priority, Status
from ingest.schemes import Delivery, Scheme
from runtime.config import Source

JSON: Final = frozenset({"application/json"})
MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Origin:
    """The configured source that a delivery claims to come from; `key` makes the digests in event ids."""

    name: str
    config: Source
    key: bytes = b""


class Fault(Struct, frozen=True):
    """One thing that is wrong in a body: `field` is its path, `index` its element in a batch."""

    field: str
    reason: str
    index: int | UnsetType = UNSET


class PayloadInvalid(Exception):
    """A body that breaks its contract: nothing of it is accepted. `faults` names every faulty element."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(f"{fault.field}: {fault.reason}" for fault in faults))
        self.faults = faults


class PayloadTooLarge(Exception):
    """A body, or a part of it, beyond what is accepted; the message says which limit."""


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A word of the tool that neither the adapter nor the source's configuration knows."""

    field: Literal["status", "priority", "author", "survey"]
    word: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a delivery said: events in its order, and the words that nobody mapped. No events: there was
    nothing to count."""

    events: Sequence[PostedEvent]
    unmapped: Sequence[Unmapped] = ()


Read: TypeAlias = Callable[[Mapping[str, str], bytes, datetime, Origin], Reading]
"""Headers (names in lower case), raw body, time of receipt (UTC), origin → what it said.

Pure. Raises PayloadInvalid and PayloadTooLarge.
"""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The tool's own words (lower case) in ours; the source's configuration goes before it."""

    statuses: Mapping[str, Status] = field(default_factory=dict)
    priorities: Mapping[str, Priority] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Handshake:
    """A request that is no event but is waited for: who sets the tool up sees the webhook as working.

    `answer` gets the delivery and the active secrets and gives the body of a 200 (plain text), or None
    where this is no such request. `proven`: only a delivery that proves its origin is answered.
    """

    method: Literal["GET", "POST"]
    proven: bool
    answer: Callable[[Delivery, Sequence[str]], str | None]


@dataclass(frozen=True, slots=True)
class Adapter:
    """One helpdesk: the schemes it can prove itself with and how its deliveries are read.

    `optional` schemes count only where the source's `proofs` name them; `tolerance` (seconds) is how old a
    signature may be; `max_bytes` of a body; `version` is kept with bodies that could not be read.
    """

    schemes: tuple[Scheme, ...]
    read: Read
    media_types: frozenset[str] = JSON
    optional: tuple[Scheme, ...] = ()
    handshakes: tuple[Handshake, ...] = ()
    tolerance: int = 300
    max_bytes: int = MIB
    version: int = 1
