"""Alerts with one overridable default, and an outbox with its couriers on a clock that a test moves."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from msgspec.structs import replace
from prometheus_client import CollectorRegistry

from alerts.alert import Alert
from alerts.outbox import Claim, Outbox
from alerts.routes import Destination, Entry, Routing
from alerts.sender import Courier
from alerts.sinks import Sink, sink
from alerts.telemetry import Telemetry
from events.instants import SECOND, micros

MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DUE = micros(datetime.fromisoformat("2026-11-23T09:00:00Z"))  # a Monday
SECRET = "whsec_dGVzdHMtc2lnbi13aXRoLXRoaXMtc2VjcmV0LWFsb25l"


def an_alert(ticket: str = "5158", **changes: Any) -> Alert:
    """A first response to billing that was due at DUE."""
    return replace(
        Alert(
            source="acme",
            ticket=ticket,
            target="first_response",
            cycle=1,
            stage="breached",
            policy="vip",
            team="billing",
            priority="high",
            channel="email",
            assignee=None,
            url=f"https://desk.example.com/tickets/{ticket}",
            started_at=DUE - HOUR,
            due_at=DUE,
            noticed_at=DUE + 1,
            waiting_since=DUE - HOUR,
            elapsed=HOUR,
            allowed=HOUR,
        ),
        **changes,
    )


@dataclass
class Clock:
    """A clock in µs that a test moves."""

    now: int = DUE + SECOND

    def __call__(self) -> int:
        return self.now

    def pass_by(self, duration: int) -> None:
        """Let `duration` µs pass."""
        self.now += duration


@dataclass
class Office:
    """An outbox with its couriers, all on one clock."""

    outbox: Outbox
    routing: Routing
    letters: Any
    clock: Clock = field(default_factory=Clock)
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)

    def __post_init__(self) -> None:
        self.telemetry = Telemetry(self.registry, self.routing.destinations)

    def tell(self, *alerts: Alert) -> None:
        """Put `alerts` into the outbox."""
        self.outbox.tell(alerts, None)

    def claim(self, destination: str = "A") -> Claim:
        """What may be sent now; there must be something."""
        found = self.outbox.claim(destination, self.clock())
        assert found is not None
        return found

    def courier(self, name: str, by: Sink | None = None) -> Courier:
        """The courier of a destination, or of a sink of the test's own."""
        return Courier(
            name, by or sink(self.routing.destinations[name]), self.outbox, self.telemetry, self.clock
        )

    def states(self) -> dict[str, str]:
        """Ticket, stage and destination of each letter, and its state."""
        return {
            f"{d['alert']['ticket']} {d['alert']['stage']} {d['destination']}": d["state"]
            for d in self.letters.find()
        }

    def value(self, name: str, **labels: str) -> float | None:
        """What telemetry says."""
        return self.registry.get_sample_value(name, labels)


Open = Callable[[Routing], Office]


def all_to(*destinations: Destination) -> Routing:
    """Every alert goes to each of `destinations`."""
    names = tuple(destination.name for destination in destinations)
    return Routing([Entry({}, names)], dict(zip(names, destinations, strict=True)))


def tickets(claim: Claim) -> list[str]:
    """The tickets that a claim's group tells of."""
    return [alert.ticket for alert in claim.group.alerts]
