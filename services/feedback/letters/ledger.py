"""What became of a letter, noted: in the box, in its case, in the counters, in the log.

A letter that may have left once and is over for any reason is noted as sent, at the time when it may have.
"""

import random
from collections.abc import Callable

import structlog
from pymongo.client_session import ClientSession

from alerts.schedule import pause
from events.instants import SECOND
from feedback.cases.case import Case, Reason
from feedback.cases.delivery import delivered, reminded, uncertain, undeliverable
from feedback.cases.planning import without_contact
from feedback.letters.box import Claim, End, LetterBox
from feedback.letters.telemetry import Telemetry
from feedback.store import Change, Edit, Store

SHARD = 20_000
"""The couriers' part of the aggregates."""

log = structlog.get_logger()


class Ledger:
    """Notes in `store` and `box` what became of letters. Each note raises PyMongoError where it wasn't made,
    and may then be made again; it says nothing where somebody else has the letter by now."""

    def __init__(self, store: Store, box: LetterBox, telemetry: Telemetry, clock: Callable[[], int]) -> None:
        self._store = store
        self._box = box
        self._telemetry = telemetry
        self._clock = clock

    def sent(self, claim: Claim, at: int) -> None:
        """It was sent at `at` (µs)."""
        if self._end(claim, "sent", lambda case: _arrived(claim, case, at)):
            self._telemetry.sent.labels(claim.letter.how).inc()
            log.info("survey letter sent", letter=claim.letter.id)

    def over(self, claim: Claim) -> None:
        """It was withdrawn, or it is too late for it."""
        if claim.doubted_at is not None:
            self.sent(claim, claim.doubted_at)
        elif claim.withdrawn:
            self._end(claim, "withdrawn", lambda case: case)
        else:
            self._given_up(claim, "expired", "too_late", "nothing worked until the survey expired")

    def undeliverable(self, claim: Claim, reason: Reason, cause: str) -> None:
        """There is no use in trying again."""
        if claim.doubted_at is not None:
            self.sent(claim, claim.doubted_at)
        else:
            self._given_up(claim, "undeliverable", reason, cause)

    def again(self, claim: Claim, cause: str, slow: bool) -> None:
        """It was surely not sent this time: it is tried again, seldom where it is `slow` to pass."""
        length = _pause(claim, slow)
        self._box.release(claim, min(self._clock() + length, claim.letter.expires_at))
        self._telemetry.failed.labels(claim.letter.how).inc()
        (log.error if slow else log.warning)(
            "survey letter not sent: tried again",
            letter=claim.letter.id,
            attempt=claim.attempts,
            cause=cause,
            pause=length / SECOND,
        )

    def lost(self, claim: Claim, at: int, cause: str) -> None:
        """Nobody knows whether it left at `at` (µs): once more, unless that has happened before."""
        now, letter = self._clock(), claim.letter
        over = claim.doubted_at is not None or claim.withdrawn or now >= letter.expires_at
        first = at if claim.doubted_at is None else claim.doubted_at

        def edit(case: Case) -> Case:
            return uncertain(_arrived(claim, case, first) if over else case, letter.survey)

        def note(session: ClientSession) -> bool:
            if over:
                return self._box.end(claim, "sent", now, session)
            return self._box.doubt(claim, first, now + _pause(claim), session)

        if self._noted(claim, note, edit):
            self._telemetry.uncertain.labels(letter.how).inc()
            if over:
                self._telemetry.sent.labels(letter.how).inc()
            log.warning("survey letter may have been sent", letter=letter.id, cause=cause, over=over)

    def _given_up(self, claim: Claim, end: End, reason: Reason, cause: str) -> None:
        if self._end(claim, end, lambda case: undeliverable(case, claim.letter.survey, reason)):
            self._telemetry.undeliverable.labels(claim.letter.how).inc()
            log.warning("survey letter given up", letter=claim.letter.id, reason=reason, cause=cause)

    def _end(self, claim: Claim, end: End, edit: Edit) -> bool:
        return self._noted(claim, lambda session: self._box.end(claim, end, self._clock(), session), edit)

    def _noted(self, claim: Claim, note: Callable[[ClientSession], bool], edit: Edit) -> bool:
        """Do `note`, and where it holds change the case as `edit` says, in one transaction."""

        def work(session: ClientSession) -> bool:
            if not note(session):
                return False
            old = self._store.cases([claim.letter.case], session).get(claim.letter.case)
            if old is not None and (new := without_contact(edit(old))) != old:
                self._store.write([Change(old, new)], SHARD, session)
            return True

        return self._store.transact(work)


def _arrived(claim: Claim, case: Case, at: int) -> Case:
    letter = claim.letter
    if letter.kind == "reminder":
        return reminded(case, letter.survey)
    return delivered(case, letter.survey, at)


def _pause(claim: Claim, slow: bool = False) -> int:
    return pause(claim.attempts, random.random(), slow=slow)  # noqa: S311
