"""What a worker does once a night, whichever of them is first: forget what is old, and learn.

The claim is one document in `settings`. Its holder renews it while it works; where that ends without the
work being done (the process died), another takes over once the lease is up. Both jobs may be done twice.
"""

import time
import uuid
from datetime import timedelta
from typing import Final

import structlog
from pymongo.errors import DuplicateKeyError, PyMongoError

from alerts.sender import Clock, wall_clock
from events.instants import SECOND, moment
from feedback.config import FeedbackConfig
from feedback.forgetting.retention import retain
from feedback.learning.learn import learn
from feedback.store import Store
from runtime.stop import Stop
from runtime.threads import Threads

LEASE: Final = 1800 * SECOND
"""How long a claim holds after it was last renewed: longer than a language takes to learn."""
LOOK_SECONDS: Final = 60.0
_CLAIM: Final = {"_id": "nightly"}

log = structlog.get_logger()


class Interrupted(Exception):
    """The work has to end here: the process stops, or somebody else has taken it over."""


class Claims:
    """Who does the work of which day, in `store`. Times µs."""

    def __init__(self, store: Store) -> None:
        self._settings = store.database["settings"]

    def take(self, day: str, now: int) -> str | None:
        """The claim on the work of `day`, None where that is done, or somebody else's."""
        token = uuid.uuid4().hex
        free = {"$or": [{"day": {"$lt": day}}, {"day": day, "done": False, "lease_until": {"$lte": now}}]}
        held = {"day": day, "done": False, "lease_until": now + LEASE, "token": token}
        try:
            self._settings.update_one(_CLAIM | free, {"$set": held}, upsert=True)
        except DuplicateKeyError:
            return None
        return token

    def renew(self, token: str, now: int) -> bool:
        """Whether the claim is still held, and from now on for as long as before."""
        renewed = self._settings.update_one(_CLAIM | {"token": token}, {"$set": {"lease_until": now + LEASE}})
        return renewed.matched_count == 1

    def end(self, token: str, *, done: bool) -> None:
        """Let go of the claim: the work is `done`, or anybody may take it over at once."""
        self._settings.update_one(_CLAIM | {"token": token}, {"$set": {"done": done, "lease_until": 0}})


class Nightly(Threads):
    """Does the work of each day in `store` from the time on that `config` says; `clock` gives µs."""

    def __init__(self, store: Store, config: FeedbackConfig, clock: Clock = wall_clock) -> None:
        super().__init__()
        self._store = store
        self._retention = config.retention
        hours, minutes = config.nightly.split(":")
        self._from = timedelta(hours=int(hours), minutes=int(minutes))
        self._claims = Claims(store)
        self._clock = clock
        self._stop = Stop()

    def turn(self) -> bool:
        """Do the work of the last night if nobody has; whether it was done now. Raises PyMongoError."""
        now = self._clock()
        day = f"{moment(now) - self._from:%Y-%m-%d}"
        token = self._claims.take(day, now)
        if token is None:
            return False
        done = False
        try:
            self._work(token, now)
            done = True
        except Interrupted:
            log.info("nightly work left to others", day=day)
        finally:
            self._claims.end(token, done=done)
        return done

    def run(self, stop: Stop) -> None:
        """Do it every night until `stop`."""
        self._stop = stop
        while not stop.is_set():
            try:
                self.turn()
            except PyMongoError as error:
                log.warning("nightly work not done: tried again", cause=type(error).__name__)
            stop.wait(LOOK_SECONDS)

    def start(self, stop: Stop) -> None:
        """Do it in a thread of its own until `stop`."""
        self.begin({"nightly": self.run}, stop)

    def _work(self, token: str, now: int) -> None:
        def progress(_done: int) -> None:
            if self._stop.is_set() or not self._claims.renew(token, self._clock()):
                raise Interrupted

        started = time.monotonic()
        done = retain(self._store, self._retention, now, progress)
        log.info(
            "kept for long enough: forgotten",
            texts_of_cases=done.comments,
            people_of_cases=done.people,
            customers=done.customers,
        )
        progress(0)
        for learned in learn(self._store, now, progress):
            log.info("sentiment learned", result=str(learned))
        log.info("nightly work done", seconds=round(time.monotonic() - started, 1))
