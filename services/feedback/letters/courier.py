"""Bringing letters to their customers: a courier per way, each in its own thread, so that one that is dead
or hangs delays no other.

Nobody is written to twice but where the answer to the first time was lost, and then once more at most.
"""

from collections.abc import Callable, Mapping
from functools import partial

import structlog
from pymongo.errors import PyMongoError

from alerts.sender import LOOK_SECONDS, wall_clock
from feedback.letters.box import Claim, LetterBox
from feedback.letters.ledger import Ledger
from feedback.letters.letter import Letter
from feedback.letters.telemetry import Telemetry
from feedback.letters.way import Leaving, Lost, NotSent, Undeliverable, Way, Withdrawn
from feedback.store import Store
from runtime.logs import frames
from runtime.stop import Stop
from runtime.threads import Threads

Clock = Callable[[], int]
Note = Callable[[], None]

log = structlog.get_logger()


class Courier:
    """Brings what `box` holds for the way `lane` by `way`; what becomes of it goes into `ledger`. `clock`
    gives µs since the epoch."""

    def __init__(self, lane: str, way: Way, box: LetterBox, ledger: Ledger, clock: Clock) -> None:
        self._lane = lane
        self._way = way
        self._box = box
        self._ledger = ledger
        self._clock = clock
        self._owed: Note | None = None

    def turn(self) -> bool:
        """Send one letter, if one may be sent now; whether there was one. Raises PyMongoError; what became
        of a letter is then noted in the next turn, before anything else is sent."""
        if self._owed is None:
            claim = self._box.claim(self._lane, self._clock())
            if claim is None:
                return False
            self._owed = self._try(claim)
        self._owed()
        self._owed = None
        return True

    def run(self, stop: Stop) -> None:
        """Send until `stop`."""
        while not stop.is_set():
            try:
                busy = self.turn()
            except PyMongoError as error:
                log.warning("survey letters wait for the store", cause=type(error).__name__)
                busy = False
            if not busy:
                stop.wait(LOOK_SECONDS)

    def _try(self, claim: Claim) -> Note:
        """Try to send the letter of `claim`; gives what notes how that ended."""
        now = self._clock()
        if claim.marked_at is not None:
            return partial(self._ledger.lost, claim, claim.marked_at, "its sender died")
        if claim.withdrawn or now >= claim.letter.expires_at:
            return partial(self._ledger.over, claim)
        left = False

        def leaving() -> None:
            nonlocal left
            self._leave(claim)
            left = True

        try:
            self._way.send(claim.letter, now, leaving)
        except (NotSent, Undeliverable, Lost, Withdrawn, PyMongoError) as failure:
            return self._note(claim, failure, now)
        except Exception as fault:  # noqa: BLE001 (a fault of ours in one letter must not end all others)
            return self._fault(claim, fault, now, left=left)
        return partial(self._ledger.sent, claim, self._clock())

    def _fault(self, claim: Claim, fault: Exception, at: int, *, left: bool) -> Note:
        """Note a `fault` of ours; what it says may be the customer's words or address."""
        cause = type(fault).__name__
        log.error("survey letter failed", letter=claim.letter.id, cause=cause, where=frames(fault))
        return self._note(claim, Lost(cause) if left else NotSent(cause, slow=True), at)

    def _note(self, claim: Claim, failure: Exception, at: int) -> Note:
        match failure:
            case NotSent():
                return partial(self._ledger.again, claim, failure.cause, failure.slow)
            case Undeliverable():
                return partial(self._ledger.undeliverable, claim, failure.reason, failure.cause)
            case Lost():
                return partial(self._ledger.lost, claim, at, failure.cause)
            case PyMongoError():
                # It is the mark that couldn't be made: nothing has left.
                return partial(self._ledger.again, claim, type(failure).__name__, slow=False)
            case _:
                return _nothing

    def _leave(self, claim: Claim) -> None:
        if not self._box.mark(claim, self._clock()):
            raise Withdrawn


class Couriers(Threads):
    """The couriers of `ways`, by lane (see `letter.lane`), and of lanes that have letters but no way."""

    def __init__(
        self,
        store: Store,
        box: LetterBox,
        ways: Mapping[str, Way],
        telemetry: Telemetry,
        clock: Clock = wall_clock,
    ) -> None:
        super().__init__()
        self._box = box
        self._ways = ways
        self._telemetry = telemetry
        self._clock = clock
        self._ledger = Ledger(store, box, telemetry, clock)

    def start(self, stop: Stop) -> None:
        """Send in threads of their own until `stop`. Raises PyMongoError where the store is away now."""
        ways: dict[str, Way] = {lane: _Nowhere() for lane in self._box.lanes()} | dict(self._ways)
        couriers = {
            lane: Courier(lane, way, self._box, self._ledger, self._clock) for lane, way in ways.items()
        }
        runs = {f"letters-{lane}": courier.run for lane, courier in couriers.items()}
        self.begin(runs | {"letters-count": self._count}, stop)

    def _count(self, stop: Stop) -> None:
        while not stop.is_set():
            try:
                self._telemetry.waiting.set(self._box.waiting())
            except PyMongoError as error:
                log.warning("survey letters can't be counted", cause=type(error).__name__)
            stop.wait(LOOK_SECONDS)


class _Nowhere:
    """For letters of questionnaires that are sent this way no more: they wait for it, and expire."""

    def send(self, letter: Letter, now: int, leaving: Leaving) -> None:  # noqa: ARG002
        """See Way."""
        raise NotSent(f"nothing is configured any more to send {letter.lane}", slow=True)


def _nothing() -> None:
    """Somebody else has the letter, or it was withdrawn: there is nothing to note."""
