"""Sending what is in the outbox: a courier per destination, each in its own thread, so that one that is dead
or hangs delays no other."""

import random
import time
from collections.abc import Callable
from typing import Final

import structlog
from pymongo.errors import PyMongoError

from alerts.outbox import Claim, Outbox
from alerts.routes import Routing
from alerts.schedule import pause
from alerts.sinks import Bounded, Sink, Undelivered, sink
from alerts.telemetry import Telemetry
from events.instants import SECOND
from runtime.stop import Stop
from runtime.threads import Threads

LOOK_SECONDS: Final = 1.0
"""How often an idle courier looks for what has fallen due."""

Clock = Callable[[], int]

log = structlog.get_logger()


def wall_clock() -> int:
    """µs since the epoch."""
    return time.time_ns() // 1000


class Courier:
    """Brings what `outbox` holds for `destination` (a name) to `sink`. `clock` gives µs since the epoch."""

    def __init__(
        self, destination: str, sink: Sink, outbox: Outbox, telemetry: Telemetry, clock: Clock = wall_clock
    ) -> None:
        self._destination = destination
        self._sink = sink
        self._outbox = outbox
        self._telemetry = telemetry
        self._clock = clock

    def turn(self) -> bool:
        """Send one group, if one may be sent now; whether there was one. Raises PyMongoError."""
        now = self._clock()
        self._telemetry.pending.labels(self._destination).set(self._outbox.pending(self._destination))
        claim = self._outbox.claim(self._destination, now)
        if claim is None:
            return False
        try:
            self._sink.send(claim.group, now)
        except Undelivered as failure:
            self._failed(claim, failure)
        else:
            self._done(claim)
        return True

    def run(self, stop: Stop) -> None:
        """Send until `stop`."""
        while not stop.is_set():
            try:
                busy = self.turn()
            except PyMongoError as error:
                log.warning("alerts wait for the store", cause=type(error).__name__)
                busy = False
            if not busy:
                stop.wait(LOOK_SECONDS)

    def _done(self, claim: Claim) -> None:
        self._outbox.done(claim, self._clock())
        for alert in claim.group.alerts:
            self._telemetry.sent.labels(alert.stage).inc()
        log.info("alerts sent", destination=self._destination, alerts=len(claim.letters))

    def _failed(self, claim: Claim, failure: Undelivered) -> None:
        length = pause(claim.attempts, random.random(), slow=failure.slow)  # noqa: S311
        given_up = self._outbox.failed(claim, self._clock(), length)
        self._telemetry.failed.labels(self._destination).inc()
        said = log.bind(
            destination=self._destination,
            group=claim.group.id,
            alerts=len(claim.letters),
            attempt=claim.attempts,
            cause=failure.cause,
        )
        if given_up:
            self._telemetry.given_up.labels(self._destination).inc(len(claim.letters))
            said.error("alerts given up: repair the destination")
        else:
            said.warning("alerts not sent: tried again", pause=length / SECOND)


class Sender(Threads):
    """The couriers of all destinations in `routing`."""

    def __init__(
        self, outbox: Outbox, routing: Routing, telemetry: Telemetry, clock: Clock = wall_clock
    ) -> None:
        super().__init__()
        self._outbox = outbox
        self._couriers = {
            name: Courier(name, Bounded(sink(destination)), outbox, telemetry, clock)
            for name, destination in routing.destinations.items()
        }

    def start(self, stop: Stop) -> None:
        """Send in threads of their own until `stop`. Raises PyMongoError where the store is away now."""
        for destination, alerts in self._outbox.stranded().items():
            log.error("alerts wait for a destination configured no more", name=destination, alerts=alerts)
        self.begin({f"alerts-{name}": courier.run for name, courier in self._couriers.items()}, stop)
