"""What a helpdesk's adapter is: a pure function from a delivery to events, and a row that describes it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from msgspec import UNSET, Struct, UnsetType

from events.types import PostedEvent
from runtime.config import Source


@dataclass(frozen=True, slots=True)
class Origin:
    """The configured source that a delivery claims to come from."""

    name: str
    config: Source


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


Read: TypeAlias = Callable[[Mapping[str, str], bytes, datetime, Origin], list[PostedEvent]]
"""Headers (names in lower case), raw body, time of receipt (UTC), origin → events in the body's order.

Pure. An empty list says that there was nothing to count. Raises PayloadInvalid and PayloadTooLarge.
"""


@dataclass(frozen=True, slots=True)
class Adapter:
    """One helpdesk: the content types it sends, the schemes it can prove itself with (names of
    `verify.SCHEMES`), and how its deliveries are read."""

    media_types: frozenset[str]
    schemes: tuple[str, ...]
    read: Read
