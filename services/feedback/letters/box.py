"""The letters in MongoDB: put in where a survey is decided, taken out by whichever courier is free.

A letter waits until it is over: sent, withdrawn, expired, undeliverable. Who claims it has it alone until
the lease ends. Right before it may leave, its holder marks it: a claim that ends with the mark is one of
which nobody knows whether the letter left; without the mark it surely didn't. The address is taken out of a
letter the moment that it is over.
"""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Literal

import msgspec
from pymongo import ASCENDING, ReturnDocument, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.write_concern import WriteConcern

from events.instants import SECOND, moment
from feedback.letters.letter import Letter

LEASE: Final = 600 * SECOND
"""How long a claim is left alone: longer than any try takes. Then its holder is taken for dead."""
_KEPT: Final = timedelta(days=30)
_WAITING: Final = {"state": "waiting"}
# Letters that may have left: these are not withdrawn, their couriers find out what became of them.
_MAY_HAVE_LEFT: Final = {"$or": [{"marked_at": {"$exists": True}}, {"doubted_at": {"$exists": True}}]}
_STAYED: Final = {"marked_at": {"$exists": False}, "doubted_at": {"$exists": False}}

End = Literal["sent", "withdrawn", "expired", "undeliverable"]


@dataclass(frozen=True, slots=True)
class Claim:
    """A letter that its holder alone may send until the lease ends.

    `attempts`: tries so far, this one included. Times µs: `marked_at`, when a holder who died meant to send
    it; `doubted_at`, when it was first handed over without an answer. `withdrawn`: not to be sent any more.
    """

    letter: Letter
    token: str
    attempts: int
    marked_at: int | None
    doubted_at: int | None
    withdrawn: bool


class LetterBox:
    """The letters in `database`."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        # A claim or a mark that a new primary doesn't know would be sent twice.
        self._letters = database.with_options(write_concern=WriteConcern("majority"))["letters"]

    def prepare(self) -> None:
        """Make indexes: a transaction can't wait for them."""
        self._letters.create_index(
            [("lane", ASCENDING), ("next_at", ASCENDING)], partialFilterExpression=_WAITING, name="waiting"
        )
        self._letters.create_index("survey")
        self._letters.create_index("ended_at", expireAfterSeconds=int(_KEPT.total_seconds()), name="ended")

    def put(self, letters: Sequence[Letter], session: ClientSession | None) -> None:
        """Put `letters` in, in the transaction of `session`; one that was ever put in changes nothing."""
        if letters:
            self._letters.bulk_write(
                [
                    UpdateOne({"_id": one.id}, {"$setOnInsert": _document(one)}, upsert=True)
                    for one in letters
                ],
                ordered=False,
                session=session,
            )

    def withdraw(self, surveys: Collection[str], session: ClientSession | None) -> None:
        """Don't send what has surely not left of `surveys` (ids), in the transaction of `session`; their
        addresses are forgotten at once."""
        waiting: dict[str, Any] = _WAITING | {"survey": {"$in": list(surveys)}}
        self._letters.update_many(
            waiting | _STAYED,
            {
                "$set": {"state": "withdrawn"},
                "$unset": {"contact": ""},
                "$currentDate": {"ended_at": True},
            },
            session=session,
        )
        self._letters.update_many(
            waiting | _MAY_HAVE_LEFT,
            {"$set": {"withdrawn": True}, "$unset": {"contact": ""}},
            session=session,
        )

    def claim(self, lane: str, now: int) -> Claim | None:
        """A letter for `lane` that may be sent `now` (µs), held from now on; None where there is none."""
        found = self._letters.find_one_and_update(
            _WAITING | {"lane": lane, "next_at": {"$lte": now}},
            {"$set": {"next_at": now + LEASE, "token": uuid.uuid4().hex}, "$inc": {"attempts": 1}},
            sort=[("next_at", ASCENDING)],
            return_document=ReturnDocument.AFTER,
        )
        return None if found is None else _claim(found)

    def mark(self, claim: Claim, now: int) -> bool:
        """Say that the letter leaves `now` (µs), from when on the lease runs anew; False where it mustn't."""
        marked = self._letters.update_one(
            _held(claim) | {"next_at": {"$gt": now}, "withdrawn": {"$exists": False}},
            {"$set": {"marked_at": now, "next_at": now + LEASE}},
        )
        return marked.matched_count == 1

    def release(self, claim: Claim, next_at: int) -> None:
        """The letter has surely not left in this try: again from `next_at` (µs) on."""
        again = {"$set": {"next_at": next_at}, "$unset": {"marked_at": "", "token": ""}}
        self._letters.update_one(_held(claim), again)

    def doubt(self, claim: Claim, at: int, next_at: int, session: ClientSession) -> bool:
        """Nobody knows whether the letter left at `at` (µs): again from `next_at` on, in the transaction of
        `session`. False where somebody else holds it."""
        doubted = {
            "$set": {"doubted_at": at, "next_at": next_at},
            "$unset": {"marked_at": "", "token": ""},
        }
        return self._letters.update_one(_held(claim), doubted, session=session).matched_count == 1

    def end(self, claim: Claim, state: End, now: int, session: ClientSession) -> bool:
        """The letter is over `now` (µs), in the transaction of `session`. False where somebody else holds
        it."""
        ended = {
            "$set": {"state": state, "ended_at": moment(now)},
            "$unset": {"contact": "", "marked_at": "", "token": ""},
        }
        return self._letters.update_one(_held(claim), ended, session=session).matched_count == 1

    def waiting(self) -> int:
        """How many letters wait to be sent."""
        return self._letters.count_documents(_WAITING | {"lane": {"$gt": ""}})

    def lanes(self) -> list[str]:
        """The lanes in which letters wait."""
        return self._letters.distinct("lane", _WAITING | {"lane": {"$gt": ""}})


def _document(letter: Letter) -> dict[str, Any]:
    fields = msgspec.to_builtins(letter)
    return {"_id": fields.pop("id"), **fields, "lane": letter.lane, "next_at": 0, "attempts": 0} | _WAITING


def _claim(found: dict[str, Any]) -> Claim:
    return Claim(
        letter=msgspec.convert({**found, "id": found["_id"]}, Letter),
        token=found["token"],
        attempts=found["attempts"],
        marked_at=_moment(found, "marked_at"),
        doubted_at=_moment(found, "doubted_at"),
        withdrawn=found.get("withdrawn", False),
    )


def _moment(found: dict[str, Any], name: str) -> int | None:
    """A plain int: MongoDB's own kind of it can't be written into a case."""
    return int(found[name]) if name in found else None


def _held(claim: Claim) -> dict[str, Any]:
    return _WAITING | {"_id": claim.letter.id, "token": claim.token}
